import type { ConnectionCaller } from "../support/connection-caller.ts";
import { listGrants, readAudit } from "./agent-load.ts";
import type { Agent, Grant, Outcome } from "./agent.ts";

/** Milliseconds for which an access token is good, less what a slow machine may take of it. */
const accessToken = 50 * 60_000;

/** Holds an agent's grants, after a restart, to what was answered before; then it works, by a new sign-in if need be. */
export async function inspectAgent(
  agent: Agent,
  connection: Pick<ConnectionCaller, "audit">,
): Promise<void> {
  await registers(agent);
  await finishSignIn(agent);
  await settle(agent);
  await staysEnded(agent);
  if (agent.grant === undefined) await signsIn(agent);
  await works(agent);
  await agreesOnce(agent);
  await listGrants(agent);
  await readAudit(agent, connection);
}

async function registers(agent: Agent): Promise<void> {
  if (agent.client === undefined) expectDone(agent, "cannot register", await agent.register());
}

/** A sign-in goes on where it was answered last. The step that was not answered may have been used up. */
async function finishSignIn(agent: Agent): Promise<void> {
  let isOpen = agent.isOpen;
  while (agent.signsIn !== undefined) {
    const at = agent.signsIn;
    const outcome = await agent.signIn();
    if (outcome.kind === "done") isOpen = false;
    else if (isOpen && outcome.kind === "refused") return agent.settled();
    else return expectDone(agent, `a sign-in is lost (${at})`, outcome);
  }
}

/** What was asked of a grant, and not answered, can be asked again. */
async function settle(agent: Agent): Promise<void> {
  const { grant } = agent;
  if (grant === undefined) return;
  if (grant.state === "held") return holds(agent, grant);
  const outcome = await agent.caller.revoke(agent.client ?? "", grant.tokens.refresh);
  if (outcome?.status !== 200) agent.fault(`a grant cannot be given back: ${outcome?.status}`);
  agent.ended();
}

/** Its tokens work; the answer of a refresh may be lost, also that of this one. */
async function holds(agent: Agent, grant: Grant): Promise<void> {
  if (grant.givenAt + accessToken > Date.now()) await agent.call(grant, "connection_status", {});
  expectDone(agent, "a grant is lost", await agent.refresh(grant, 2));
}

/** What has ended is refused for good. */
async function staysEnded(agent: Agent): Promise<void> {
  for (const grant of agent.past) {
    await agent.call(grant, "connection_status", {});
    const answer = await agent.caller.refresh(agent.client ?? "", grant.tokens.refresh);
    if (answer?.status !== 400) {
      agent.fault(`a grant that has ended is refreshed: ${answer?.status ?? "no answer"}`);
    }
  }
}

/** Whatever became of what was under way, another sign-in works, step by step. */
async function signsIn(agent: Agent): Promise<void> {
  do {
    const outcome = await agent.signIn();
    if (outcome.kind !== "done") return expectDone(agent, "cannot sign in", outcome);
  } while (agent.signsIn !== undefined);
}

async function works(agent: Agent): Promise<void> {
  const { grant } = agent;
  if (grant === undefined) return;
  const result = await agent.call(grant, "connection_status", {});
  if (result === undefined || result === "refused" || result.isError === true) {
    agent.fault(`cannot call a tool: ${JSON.stringify(result)}`);
  }
}

/** An approval that was sent before is used up, or is used now: never both. */
async function agreesOnce(agent: Agent): Promise<void> {
  const { grant, approvals } = agent;
  if (grant === undefined) return;
  for (const approval of approvals.sent) {
    await agent.agree(grant, approval);
    const again = await agent.agree(grant, approval);
    if (again !== "asked") agent.fault(`an approval is not used up: ${again}`);
    approvals.forget(approval);
  }
}

function expectDone(agent: Agent, otherwise: string, outcome: Outcome): void {
  if (outcome.kind === "done") return;
  const said =
    outcome.kind === "refused"
      ? `${outcome.answer.status} ${outcome.answer.text.slice(0, 200)}`
      : "no answer";
  agent.fault(`${otherwise}: ${said}`);
}
