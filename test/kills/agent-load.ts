import { setTimeout } from "node:timers/promises";
import type { ConnectionCaller } from "../support/connection-caller.ts";
import type { Random } from "../support/random.ts";
import { grantsIn } from "./agent-caller.ts";
import type { Agent, Outcome } from "./agent.ts";
import { callsIn } from "./audit-record.ts";

const changes = [
  "refresh",
  "refresh",
  "refresh",
  "repeat",
  "sign in",
  "client",
  "person",
  "replay",
] as const;

const uses = ["people_me", "connection_status", "approve", "approve", "grants", "audit"] as const;

/**
 * One change of an agent's grant: from its registration to its end.
 *
 * @returns false when there was no answer
 */
export async function changeGrant(agent: Agent, random: Random): Promise<boolean> {
  await setTimeout(random.between(0, 40));
  const [what, outcome] = await chosenChange(agent, random);
  if (outcome.kind === "refused") {
    const { status, text } = outcome.answer;
    agent.fault(`${what} was answered ${status} ${text.slice(0, 200)}`);
  }
  return outcome.kind !== "unanswered";
}

async function chosenChange(agent: Agent, random: Random): Promise<[string, Outcome]> {
  const { client, grant, signsIn } = agent;
  if (client === undefined) return ["a registration", await agent.register()];
  const what = random.pick(changes);
  if (grant === undefined || signsIn !== undefined || what === "sign in") {
    return [`a sign-in (${signsIn ?? "its begin"})`, await agent.signIn()];
  }
  switch (what) {
    case "refresh":
      return ["a refresh", await agent.refresh(grant)];
    case "repeat":
      return ["a refresh that came twice", await agent.refresh(grant, 2)];
    case "replay":
      if (grant.retired === undefined) return ["a refresh", await agent.refresh(grant)];
      return ["a replaced refresh token", await agent.end(grant, what)];
    case "client":
    case "person":
      return [`the end by the ${what}`, await agent.end(grant, what)];
  }
}

/**
 * One use of an agent's grant, whatever becomes of that meanwhile.
 *
 * @returns false when there was no answer
 */
export async function useGrant(
  agent: Agent,
  connection: Pick<ConnectionCaller, "audit">,
  random: Random,
): Promise<boolean> {
  await setTimeout(random.between(0, 40));
  const grant = agent.grant ?? agent.past.at(-1);
  if (grant === undefined) return true;
  const what = random.pick(uses);
  switch (what) {
    case "people_me":
    case "connection_status":
      return (await agent.call(grant, what, {})) !== undefined;
    case "approve":
      return approve(agent, random);
    case "grants":
      return listGrants(agent);
    case "audit":
      return readAudit(agent, connection);
  }
}

/** The person agrees; the client may send that twice at once. */
async function approve(agent: Agent, random: Random): Promise<boolean> {
  const { grant } = agent;
  if (grant === undefined) return true;
  const approval = await agent.ask(grant);
  if (approval === undefined || approval === "refused") return approval !== undefined;
  const times = random.chance(0.3) ? 2 : 1;
  const ends = await Promise.all(Array.from({ length: times }, () => agent.agree(grant, approval)));
  return !ends.includes(undefined);
}

/** The grant that is held is listed, and none that has ended. */
export async function listGrants(agent: Agent): Promise<boolean> {
  const { grant, past } = agent;
  const answer = await agent.caller.grants();
  if (answer === undefined) return false;
  if (answer.status !== 200) {
    agent.fault(`the list of grants was answered ${answer.status} ${answer.text.slice(0, 200)}`);
    return true;
  }
  const listed = grantsIn(answer);
  if (grant?.state === "held" && !listed.includes(grant.id)) {
    agent.fault("a grant that is held is not listed");
  }
  for (const { id } of past) {
    if (listed.includes(id)) agent.fault("a grant that has ended is listed");
  }
  return true;
}

/** Calls that were listed once are listed for good. */
export async function readAudit(
  agent: Agent,
  connection: Pick<ConnectionCaller, "audit">,
): Promise<boolean> {
  const { promised } = agent.audit;
  const answer = await connection.audit();
  if (answer?.status === 200) agent.audit.saw(callsIn(answer.text), promised);
  return answer !== undefined;
}
