import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import {
  eventsIn,
  infoIn,
  tokenIn,
  type Answer,
  type MaybeAnswer,
} from "../support/connection-caller.ts";
import { standingOf } from "../support/ledger.ts";
import { inspectAgent } from "./agent-inspection.ts";
import { ownPath } from "./load.ts";
import type { Subject } from "./subject.ts";

/** Milliseconds in which a connection has to work again. */
const patience = 10_000;

const remedySchema = z.object({ remedy: z.object({ action: z.string() }) });
const meSchema = z.object({ userPrincipalName: z.string() });

/** Holds a connection, after a restart, to all that it answered before; and has it work, or say what helps. */
export async function inspect(subject: Subject): Promise<void> {
  const { caller, ledger } = subject;
  const promised = ledger.events.last;
  const answer = await caller.info();
  const events = await caller.events(0);
  if (answer === undefined || events === undefined) {
    return ledger.fault("does not answer after the restart");
  }
  const info = answer.status === 200 ? infoIn(answer) : undefined;
  ledger.inspected(info);
  ledger.events.sawLog(events.status === 200 ? eventsIn(events) : [], promised);
  await finishSignIn(subject);
  await isOfUse(subject);
  const { agent } = subject;
  if (agent !== undefined) await inspectAgent(agent, caller);
}

function isOfUse(subject: Subject): Promise<void> {
  switch (subject.ledger.standing) {
    case "connected":
      return works(subject);
    case "disconnected":
      return saysWhatHelps(subject);
    case "absent":
      return signsIn(subject);
  }
}

/** A sign-in that was answered as waiting still waits. */
async function finishSignIn(subject: Subject): Promise<void> {
  const { caller, ledger, flow } = subject;
  if (flow === undefined) return;
  subject.flow = undefined;
  ledger.asks("connected");
  const answer = await caller.confirm(flow);
  if (answer?.status === 200) return ledger.done();
  ledger.fault(`a waiting sign-in is lost: ${answer?.status}`);
}

async function works({ caller, ledger, inbox }: Subject): Promise<void> {
  const token = await patiently(() => caller.token("graph"));
  if (token?.status !== 200) return ledger.fault(`is stuck: ${told(token)}`);
  ledger.handedOut({ resource: "graph", ...tokenIn(token) });
  const me = await patiently(() => caller.gateway(ownPath(caller)));
  if (me?.status !== 200) return ledger.fault(`cannot call: ${told(me)}`);
  if (caller.isTenant) return;
  const { userPrincipalName: name } = meSchema.parse(JSON.parse(me.text));
  if (name !== caller.account) ledger.fault(`calls as ${name}`);
  for (const fault of (await inbox?.inspect()) ?? []) ledger.fault(fault);
}

async function saysWhatHelps({ caller, ledger }: Subject): Promise<void> {
  const token = await caller.token("graph");
  const remedy = remedySchema.safeParse(JSON.parse(token?.text ?? "{}")).data?.remedy;
  const helps = caller.isTenant ? "admin_consent" : "sign_in";
  if (token?.status !== 424 || remedy?.action !== helps) {
    ledger.fault(`is disconnected, but ${told(token)}`);
  }
}

/** Whatever became of the sign-in under way, another one works. */
async function signsIn({ caller, ledger }: Subject): Promise<void> {
  ledger.asks("connected");
  const finish = await caller.begin("user");
  const end = await finish?.();
  // Too many wait to be confirmed: it works again when they have expired.
  if (end?.outcome === "refused" && end.answer.status === 429) return ledger.refused();
  if (end?.outcome !== "connected") return ledger.fault(`cannot sign in: ${end?.outcome}`);
  ledger.done();
  const answer = await caller.info();
  const info = answer?.status === 200 ? infoIn(answer) : undefined;
  if (standingOf(info) !== "connected") ledger.fault("signed in, but is not connected");
}

/** Repeats what the Worker says may be repeated. */
async function patiently(call: () => Promise<MaybeAnswer>): Promise<MaybeAnswer> {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await call();
    if (answer?.status !== 503 || Date.now() > deadline) return answer;
    await setTimeout(250);
  }
}

const told = (answer: Answer | undefined): string =>
  answer === undefined ? "no answer" : `${answer.status} ${answer.text.slice(0, 200)}`;
