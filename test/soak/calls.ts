import { decodeJwt } from "jose";
import * as z from "zod";
import { envelopeOf } from "../../src/http/microsoft-error.ts";
import { userByObjectId } from "../sandbox/people.ts";
import { eventsIn, infoIn, tokenIn, type MaybeAnswer } from "../support/connection-caller.ts";
import type { Resident } from "./resident.ts";
import type { Tally } from "./tally.ts";
import { verdictOf } from "./verdict.ts";

/** One way to use a connection, and what is wrong with an answer that says that it went well. */
interface Call {
  ask: (resident: Resident) => Promise<MaybeAnswer>;
  check: (resident: Resident, answer: NonNullable<MaybeAnswer>) => string | undefined;
  gateway?: boolean;
}

const person = z.looseObject({ userPrincipalName: z.string() });
const personSchema = z.object({ data: person });
const mailSchema = z.object({ data: z.array(z.object({ id: z.string() })) });
const subscriptionsSchema = z.object({ value: z.array(z.object({ id: z.string() })) });
const remedySchema = z.object({ remedy: z.object({ action: z.string() }) });

const asWhom = ({ caller }: Resident, name: string | null | undefined) =>
  name === caller.account ? undefined : `is of ${name}`;

/** Nobody writes mail or buys subscriptions here: another list is another account's. */
function asBefore({ holdings }: Resident, what: string, list: readonly { id: string }[]) {
  const text = list.map(({ id }) => id).join(" ");
  const before = holdings.get(what) ?? text;
  holdings.set(what, before);
  return before === text ? undefined : `holds other ${what} than before`;
}

const calls = {
  "GET /user": {
    ask: ({ caller }) => caller.get("/user"),
    check: (resident, { text }) =>
      asWhom(resident, personSchema.parse(JSON.parse(text)).data.userPrincipalName),
  },
  "GET /mail": {
    ask: ({ caller }) => caller.get("/mail?top=3&select=subject"),
    check: (resident, { text }) =>
      asBefore(resident, "mail", mailSchema.parse(JSON.parse(text)).data),
  },
  "gateway graph": {
    gateway: true,
    ask: ({ caller }) => caller.gateway("/graph/v1.0/me"),
    check: (resident, { text }) =>
      asWhom(resident, person.parse(JSON.parse(text)).userPrincipalName),
  },
  "gateway arm": {
    gateway: true,
    ask: ({ caller }) => caller.gateway("/arm/subscriptions?api-version=2022-12-01"),
    check: (resident, { text }) =>
      asBefore(resident, "subscriptions", subscriptionsSchema.parse(JSON.parse(text)).value),
  },
  "GET token": tokenCall("graph"),
  "GET token arm": tokenCall("arm"),
  "POST refresh": {
    ask: ({ caller }) => caller.refresh("graph"),
    check: checkInfo,
  },
  "GET connection": { ask: ({ caller }) => caller.info(), check: checkInfo },
} satisfies Record<string, Call>;

type CallName = keyof typeof calls;
const names = Object.keys(calls) as [CallName, ...CallName[]];
/** A personal account has no Resource Manager. */
const personal = names.filter((name) => !name.includes("arm")) as [CallName, ...CallName[]];

function tokenCall(resource: string): Call {
  return {
    ask: ({ caller }) => caller.token(resource),
    check: (resident, answer) => {
      const { token, generation } = tokenIn(answer);
      resident.ledger.handedOut({ resource, token, generation });
      const { tid, oid } = decodeJwt(token);
      return asWhom(resident, userByObjectId(String(tid), String(oid))?.upn);
    },
  };
}

function checkInfo(resident: Resident, answer: NonNullable<MaybeAnswer>): string | undefined {
  const { status, identity } = infoIn(answer);
  if (identity !== undefined) return asWhom(resident, identity.upn);
  return resident.restless ? undefined : `is ${status}`;
}

/** Makes one call of a connection, whichever comes, and judges the answer. */
export async function callOnce(resident: Resident, tally: Tally): Promise<void> {
  const { caller, ledger, random, restless } = resident;
  if (random.chance(0.05)) return readEvents(resident, tally);
  const name = random.pick(caller.account.endsWith("@outlook.example") ? personal : names);
  const call: Call = calls[name];
  const answer = await call.ask(resident);
  if (answer === undefined) {
    // A body that Microsoft cuts short is streamed as far as it came.
    if (call.gateway) return tally.count(name, "cut");
    return tally.fault(`${name}: the Worker hung up`);
  }
  const verdict = verdictOf(answer, { gateway: call.gateway ?? false, restless });
  switch (verdict.kind) {
    case "success": {
      const wrong = call.check(resident, answer);
      tally.count(name, wrong === undefined ? "ok" : "wrong");
      if (wrong !== undefined) ledger.fault(`${name} ${wrong}`);
      return;
    }
    case "error":
      tally.count(name, verdict.code);
      resident.needsSignIn ||= verdict.code === "action_required" && asksForSignIn(answer.text);
      return;
    case "microsoft":
      tally.count(name, String(verdict.status));
      return;
    case "wrong":
      tally.count(name, "wrong");
      tally.fault(`${name}: ${verdict.why}`);
  }
}

const asksForSignIn = (text: string): boolean =>
  ["sign_in", "step_up", "consent"].includes(
    remedySchema.parse(envelopeOf(JSON.parse(text))).remedy.action,
  );

async function readEvents({ caller, ledger }: Resident, tally: Tally): Promise<void> {
  const promised = ledger.events.last;
  const answer = await caller.events(0);
  if (answer?.status === 200) ledger.events.sawLog(eventsIn(answer), promised);
  tally.count("GET events", answer?.status === 200 ? "ok" : String(answer?.status));
}
