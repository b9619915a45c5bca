import { setTimeout } from "node:timers/promises";
import { eventsIn, infoIn, tokenIn, type MaybeAnswer } from "../support/connection-caller.ts";
import { followLive } from "../support/live-follower.ts";
import type { Random } from "../support/random.ts";
import { changeGrant, useGrant } from "./agent-load.ts";
import type { Fuse } from "./fuse.ts";
import type { Subject } from "./subject.ts";

const readings = ["token", "token", "refresh", "gateway", "events", "info"] as const;

const followings = ["message", "message", "lost message", "watch", "changes"] as const;

/** Answers that may come of a reader that calls beside a change. */
const expected = new Set([200, 201, 202, 404, 424]);

/** Uses one connection in every way at once, until its Worker is killed. */
export async function load(subject: Subject, fuse: Fuse, random: Random): Promise<void> {
  const { caller, ledger } = subject;
  const live = followLive(caller, ledger.events.last, {
    snapshot: (seq) => ledger.events.sawSeq(seq),
    event: (event) => ledger.events.saw(event),
    change: (change) => subject.inbox?.changes.saw(change),
  });
  const { agent } = subject;
  const resource = caller.account.endsWith("@outlook.example") ? "graph" : "arm";
  await Promise.all([
    untilKilled(subject, fuse, () => change(subject, fuse, random)),
    untilKilled(subject, fuse, () => read(subject, random.pick(["graph", resource]), random)),
    untilKilled(subject, fuse, () => read(subject, "graph", random)),
    ...(subject.inbox === undefined
      ? []
      : [untilKilled(subject, fuse, () => follow(subject, random))]),
    ...(agent === undefined
      ? []
      : [
          untilKilled(subject, fuse, () => changeGrant(agent, random)),
          untilKilled(subject, fuse, () => useGrant(agent, caller, random)),
        ]),
  ]);
  live.close();
}

/** @param step one call after the other; false: the connection broke */
async function untilKilled(
  { ledger }: Subject,
  fuse: Fuse,
  step: () => Promise<boolean>,
): Promise<void> {
  while (!fuse.burnt) {
    if (await step()) continue;
    if (!fuse.burnt) ledger.fault("a call broke off while the Worker lived");
    return;
  }
}

/** The answer, unless there is none; an unexpected one is a fault. */
function judged({ ledger }: Subject, call: string, answer: MaybeAnswer): MaybeAnswer {
  if (answer !== undefined && !expected.has(answer.status)) {
    ledger.fault(`${call} answered ${answer.status} ${answer.text.slice(0, 200)}`);
  }
  return answer;
}

/** What a connection may read once it is connected. */
export const ownPath = ({ isTenant }: Subject["caller"]): string =>
  isTenant ? "/graph/v1.0/users?$top=1" : "/graph/v1.0/me";

async function read(subject: Subject, resource: string, random: Random): Promise<boolean> {
  const { caller, ledger } = subject;
  await setTimeout(random.between(0, 30));
  const what = random.pick(readings);
  switch (what) {
    case "token": {
      const answer = judged(subject, what, await caller.token(resource));
      if (answer?.status === 200) ledger.handedOut({ resource, ...tokenIn(answer) });
      return answer !== undefined;
    }
    case "gateway":
      return judged(subject, what, await caller.gateway(ownPath(caller))) !== undefined;
    case "events": {
      const promised = ledger.events.last;
      const answer = judged(subject, what, await caller.events(0));
      if (answer?.status === 200) ledger.events.sawLog(eventsIn(answer), promised);
      return answer !== undefined;
    }
    case "refresh": {
      const answer = judged(subject, what, await caller.refresh(resource));
      if (answer?.status === 200) ledger.told(infoIn(answer));
      return answer !== undefined;
    }
    case "info": {
      const answer = judged(subject, what, await caller.info());
      if (answer?.status === 200) ledger.told(infoIn(answer));
      return answer !== undefined;
    }
  }
}

/** What is done about a watch: it is asked for, mail comes, its changes are read. */
async function follow(subject: Subject, random: Random): Promise<boolean> {
  const { ledger, inbox } = subject;
  await setTimeout(random.between(0, 40));
  if (inbox === undefined || ledger.standing !== "connected") return true;
  const what = random.pick(followings);
  switch (what) {
    case "message":
      return inbox.receive().then(() => true);
    case "lost message":
      return inbox.lose().then(() => true);
    case "watch":
      return judged(subject, what, await inbox.ask()) !== undefined;
    case "changes":
      return judged(subject, what, await inbox.read()) !== undefined;
  }
}

/** One change of standing, or of what a sign-in waits for. */
async function change(subject: Subject, fuse: Fuse, random: Random): Promise<boolean> {
  await setTimeout(random.between(0, 60));
  if (subject.flow !== undefined) return confirm(subject, fuse);
  const canEnd = subject.ledger.standing === "connected" && subject.inbox === undefined;
  return canEnd && random.chance(0.4)
    ? disconnect(subject, fuse)
    : signIn(subject, fuse, random.pick(["user", "server"]));
}

async function disconnect(subject: Subject, fuse: Fuse): Promise<boolean> {
  const { caller, ledger } = subject;
  ledger.asks("disconnected");
  const answer = judged(subject, "disconnect", await caller.disconnect());
  if (answer === undefined) return false;
  if (answer.status === 200) ledger.done();
  else ledger.refused();
  fuse.note("change");
  return true;
}

async function signIn(subject: Subject, fuse: Fuse, by: "user" | "server"): Promise<boolean> {
  const { caller, ledger } = subject;
  const finish = await caller.begin(by);
  if (finish === undefined) return false;
  if (by === "user" || caller.isTenant) ledger.asks("connected");
  fuse.note("callback");
  const end = await finish();
  switch (end.outcome) {
    case "unanswered":
      return false;
    case "connected":
      ledger.done();
      fuse.note("change");
      return true;
    case "waiting":
      subject.flow = end.flow;
      return true;
    case "refused":
      ledger.refused();
      // Sign-ins whose confirmation a kill has swallowed wait until they expire.
      if (end.answer.status !== 429) ledger.fault(`a sign-in was refused: ${end.answer.status}`);
      return true;
  }
}

async function confirm(subject: Subject, fuse: Fuse): Promise<boolean> {
  const { caller, ledger, flow = "" } = subject;
  subject.flow = undefined;
  ledger.asks("connected");
  const answer = judged(subject, "confirm", await caller.confirm(flow));
  if (answer === undefined) return false;
  if (answer.status === 200) {
    ledger.told(infoIn(answer));
    ledger.done();
  } else {
    ledger.refused();
    ledger.fault(`a confirmation was refused: ${answer.status}`);
  }
  fuse.note("change");
  return true;
}
