import { describe, expect, test } from "vitest";
import { Agent, type Grant } from "../../kills/agent.ts";
import { inspectAgent } from "../../kills/agent-inspection.ts";
import { readAudit } from "../../kills/agent-load.ts";
import { MortalServer, writes, type Weakness, type Write } from "./mortal-server.ts";

async function signIn(agent: Agent, steps: number): Promise<void> {
  for (let step = 0; step < steps; step += 1) await agent.signIn();
}

/** An agent that holds a grant, and has used it so often for a refresh. */
async function granted(agent: Agent, refreshes = 0): Promise<void> {
  await agent.register();
  await signIn(agent, 5);
  for (let turn = 0; turn < refreshes; turn += 1) await agent.refresh(grantOf(agent));
}

function grantOf({ grant }: Agent): Grant {
  if (grant === undefined) throw new Error("no grant");
  return grant;
}

interface Moment {
  before: (agent: Agent) => Promise<unknown>;
  /** Ends with the write. */
  act: (agent: Agent, server: MortalServer) => Promise<unknown>;
}

/** What leads to each write. */
const moments: Record<Write, Moment> = {
  registration: { before: async () => {}, act: (agent) => agent.register() },
  page: { before: (agent) => agent.register(), act: (agent) => signIn(agent, 1) },
  host: { before: (agent) => granted(agent), act: (agent) => signIn(agent, 2) },
  code: { before: (agent) => granted(agent), act: (agent) => signIn(agent, 4) },
  tokens: { before: (agent) => granted(agent), act: (agent) => signIn(agent, 5) },
  refresh: { before: (agent) => granted(agent), act: (agent) => agent.refresh(grantOf(agent), 2) },
  revocation: {
    before: (agent) => granted(agent),
    act: (agent) => agent.end(grantOf(agent), "client"),
  },
  end: { before: (agent) => granted(agent), act: (agent) => agent.end(grantOf(agent), "person") },
  replay: {
    before: (agent) => granted(agent, 2),
    act: (agent) => agent.end(grantOf(agent), "replay"),
  },
  approval: {
    before: (agent) => granted(agent),
    act: async (agent) => {
      const approval = await agent.ask(grantOf(agent));
      if (approval === undefined || approval === "refused") throw new Error("nobody was asked");
      await agent.agree(grantOf(agent), approval);
    },
  },
  audit: {
    before: (agent) => granted(agent),
    act: async (agent, server) => {
      const result = await agent.call(grantOf(agent), "connection_status", {});
      if (result !== undefined) await readAudit(agent, server.connection);
    },
  },
};

/** What an inspection finds after a server has died at this moment. */
async function found(write: Write, weakness: Weakness): Promise<string[]> {
  const server = new MortalServer();
  const agent = new Agent(server);
  server.wrote = (subject) => agent.approvals.wrote(subject);
  const { before, act } = moments[write];
  await before(agent);
  server.weakness = weakness;
  await act(agent, server);
  server.die();
  await inspectAgent(agent, server.connection);
  return agent.faults;
}

describe("an inspection of an agent after its server's death", () => {
  test.each(writes)("finds that the %s was answered and is lost", async (write) => {
    expect(await found(write, { early: write })).not.toEqual([]);
  });

  test.each(writes)("finds nothing where the %s was written before its answer", async (write) => {
    expect(await found(write, {})).toEqual([]);
  });

  test.each(writes.flatMap((write) => [true, false].map((isWritten) => ({ write, isWritten }))))(
    "takes a $write that was not answered as done or not done (written: $isWritten)",
    async ({ write, isWritten }) => {
      expect(await found(write, { lost: { write, isWritten } })).toEqual([]);
    },
  );
});
