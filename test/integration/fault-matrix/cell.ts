import { runDurableObjectAlarm } from "cloudflare:test";
import { vi } from "vitest";
import { AzureError } from "../../../src/contract/errors.ts";
import type { OddCase } from "../../sandbox/chaos/odd-answer.ts";
import { upstreamOf } from "../../sandbox/chaos/upstreams.ts";
import { placeOf } from "../../sandbox/hosts.ts";
import type { Random } from "../../support/random.ts";
import { actorOf, expectOk, newUser, signIn } from "../support/connections.ts";
import type { OddMicrosoft } from "./odd-microsoft.ts";
import {
  callerOf,
  calls,
  type Caller,
  type MatrixUpstream,
  type UpstreamCall,
} from "./upstreams.ts";

/** Seconds after which the connection has to work again by itself, one after the other. */
const healingTimes = [0, 61, 16 * 60, 61 * 60, 25 * 60 * 60] as const;

type Ending = { value: string } | { error: AzureError } | { thrown: string };

/** What became of a call; values as JSON, so that they can be compared. */
async function endingOf(call: Promise<unknown>): Promise<Ending> {
  try {
    return { value: JSON.stringify(await call) ?? "nothing" };
  } catch (error) {
    return error instanceof AzureError ? { error } : { thrown: String(error) };
  }
}

const advance = (seconds: number) => void vi.setSystemTime(Date.now() + seconds * 1_000);

/** What is wrong with an error that a caller got, whatever Microsoft did. */
function faultsOf({ code, retry_after: wait, remedy, message }: AzureError): string[] {
  const faults: string[] = [];
  if (code === "internal_error") faults.push("internal_error");
  if (wait !== undefined && !(Number.isInteger(wait) && wait >= 0 && wait <= 3_600)) {
    faults.push(`retry_after ${wait}`);
  }
  if (JSON.stringify(remedy ?? {}).includes("evil.example")) faults.push("a foreign remedy");
  if (message.includes("Your session ended.")) faults.push("a foreign sentence");
  return faults;
}

export interface Cell {
  microsoft: OddMicrosoft;
  way: MatrixUpstream;
  odd: OddCase;
  random: Random;
}

/**
 * One odd answer at one upstream of a fresh connection.
 *
 * @returns what the connection did wrong, in words
 */
export async function runCell({ microsoft, way, odd, random }: Cell): Promise<string[]> {
  const upstream = calls[way];
  const stub = actorOf(`user:${newUser()}`);
  const name = crypto.randomUUID().slice(0, 8);
  const caller = callerOf(stub, name, {
    now: Date.now,
    random: () => random.next(),
    sleep: async (ms) => advance(ms / 1_000),
  });
  expectOk(await signIn(stub, undefined, { scopes: scopesOfCells }));
  const truth = upstream.unchecked
    ? undefined
    : await endingOf(upstream.call(await ready(caller, upstream)));
  await upstream.before?.(caller);
  advance(upstream.after ?? 0);

  microsoft.answerOddly({
    answer: odd.answer,
    times: random.between(1, 3),
    matches: (request) => wayOf(request) === way,
  });
  const faults: string[] = [];
  const met = await endingOf(upstream.call(caller));
  if (microsoft.given === 0) faults.push("the odd answer was not asked for");
  microsoft.answerWell();
  if ("thrown" in met) faults.push(`threw ${met.thrown}`);
  if ("error" in met) faults.push(...faultsOf(met.error));
  if ("value" in met && truth !== undefined && "value" in truth && met.value !== truth.value) {
    faults.push(`took it for ${met.value.slice(0, 80)}`);
  }
  const info = await stub.info();
  if (!info.ok) faults.push(`info: ${info.error.code}`);
  return [...faults, ...(await healing(caller, upstream, odd, truth))];
}

const scopesOfCells = [
  "Calendars.ReadWrite",
  "Files.ReadWrite",
  "https://vault.azure.net/user_impersonation",
];

function wayOf({ url, method }: Request) {
  const place = placeOf(new URL(url));
  return place && upstreamOf({ ...place, method });
}

/** `before`, where the truth cannot be had without it. */
async function ready(caller: Caller, upstream: UpstreamCall): Promise<Caller> {
  await upstream.before?.(caller);
  return caller;
}

/** The connection works again by itself, or tells what has to be done, and works once it is done. */
async function healing(
  caller: Caller,
  upstream: UpstreamCall,
  odd: OddCase,
  truth: Ending | undefined,
): Promise<string[]> {
  const works = (ending: Ending) =>
    "value" in ending &&
    (truth === undefined || !("value" in truth) || ending.value === truth.value);
  const said: string[] = [];
  for (const seconds of healingTimes) {
    advance(seconds);
    await runDurableObjectAlarm(caller.stub);
    const ending = await endingOf(upstream.call(caller));
    if (works(ending)) return [];
    if ("error" in ending && odd.ends !== undefined) {
      const { remedy, code } = ending.error;
      if (remedy?.action === odd.ends || (odd.ends === "fix_app" && code === "app_misconfigured")) {
        expectOk(await signIn(caller.stub, undefined, { scopes: scopesOfCells }));
        return works(await endingOf(upstream.call(caller))) ? [] : ["not mended by a sign-in"];
      }
    }
    said.push(
      `after ${seconds} s: ${"value" in ending ? ending.value.slice(0, 80) : "error" in ending ? `${ending.error.code} ${ending.error.remedy?.action ?? ""} ${ending.error.message}` : ending.thrown}`,
    );
  }
  return [`does not work again: ${said.join("; ")}`];
}
