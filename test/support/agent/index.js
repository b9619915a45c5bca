import { Agent, getAgentByName } from "agents";

/** A Worker of somebody else's, with an agent of the Agents SDK that is a client of ours. */
export class Assistant extends Agent {
  /** @param {{ url: string; token: string; calls: { name: string; arguments: object }[] }} task */
  async work({ url, token, calls }) {
    const headers = { authorization: `Bearer ${token}` };
    const { id } = await this.addMcpServer("microsoft", url, { transport: { headers } });
    const results = [];
    for (const call of calls) results.push(await this.mcp.callTool({ serverId: id, ...call }));
    const tools = this.mcp.listTools().map(({ name }) => name);
    await this.removeMcpServer(id);
    return { tools, results };
  }
}

export default {
  async fetch(request, env) {
    const agent = await getAgentByName(env.Assistant, "one");
    return Response.json(await agent.work(await request.json()));
  },
};
