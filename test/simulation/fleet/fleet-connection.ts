import type { Random } from "../../support/random.ts";
import { wellDeployed } from "../model/deployment.ts";
import type { Answer, Outstanding } from "../model/microsoft.ts";
import { Receivers } from "../model/receivers.ts";
import { takenElsewhere } from "../model/sign-in.ts";
import type { DirectoryEntry } from "../../../src/directory/entry.ts";
import type { NodeWorld } from "../node-world.ts";
import { callsOf, type Habit } from "./habits.ts";
import { begin, end, isDirectoryDown, isEntraDown, isSecretOver } from "./timeline.ts";

const day = 24 * 60 * 60_000;
/** An idle grant is refreshed within this: a fleet has connections at every point of it. */
const oldest = 14 * day;
const me = "https://graph.microsoft.com/v1.0/me";

/** When a connection did what costs, in milliseconds since the epoch. */
export interface Doings {
  tokens: number[];
  /** Of its row in the directory. */
  writes: number[];
  alarms: number[];
  calls: number[];
}

/** A directory that is down at times, and notes each write. */
class FleetDirectory extends Receivers {
  readonly #wrote: () => boolean;

  constructor(wrote: () => boolean) {
    super(false);
    this.#wrote = wrote;
  }

  override upsert(entry: DirectoryEntry): Promise<void> {
    return this.#wrote() ? super.upsert(entry) : Promise.reject(new Error("D1_ERROR: overloaded"));
  }
}

/**
 * One connection of a fleet, from its import to the end of the timeline. Those of a fleet share nothing but
 * what they ask, so they can be run one after the other and counted together.
 *
 * @param number its place in the fleet
 */
export async function liveThrough(
  { host, microsoft }: Pick<NodeWorld, "host" | "microsoft">,
  { number, habit }: { number: number; habit: Habit },
  random: Random,
): Promise<Doings> {
  const doings: Doings = { tokens: [], writes: [], alarms: [], calls: [] };
  const born = begin - random.between(day, oldest);
  const receivers = new FleetDirectory(() => {
    // What is refused costs the database as much as what it takes.
    doings.writes.push(host.now);
    return !isDirectoryDown(host.now);
  });
  await host.begin(`user:fleet-${number}`, born, {
    deployment: { ...wellDeployed, signers: "s1", receivers: "none", measures: false },
    order: 0,
    chance: number + 1,
    receivers,
    died: () => undefined,
    logged: () => undefined,
    measured: () => undefined,
  });
  microsoft.begin({
    arrives: ({ kind }: Outstanding): Answer => {
      if (kind === "call") return { as: "service" };
      doings.tokens.push(host.now);
      if (isEntraDown(host.now)) return { as: "status", status: 503 };
      return isSecretOver(host.now) ? { as: "refusal", aadsts: 7000222 } : { as: "service" };
    },
    issued: () => undefined,
    served: () => undefined,
    linked: () => undefined,
    settings: {},
    life: () => 0,
    answered: () => undefined,
  });
  const { refreshToken } = await host.run(() => takenElsewhere(microsoft, "ada@contoso.example"));
  const imported = await host.run(() => host.stub.import({ refreshToken }));
  if (!imported.ok) throw new Error(`no connection: ${imported.error.message}`);

  // Those of before the timeline bring it to where such a connection is by then.
  const calls = callsOf(habit, { from: begin - day, until: end }, random);
  for (;;) {
    const alarm = (await host.rows())?.alarm ?? Infinity;
    const call = calls[0] ?? Infinity;
    const next = Math.min(alarm, call);
    if (next >= end) break;
    // An alarm rings late where its object was busy, never early.
    await host.setTime(Math.max(host.now, next));
    if (alarm <= call) {
      doings.alarms.push(host.now);
      await host.run(() => host.ring());
    } else {
      calls.shift();
      doings.calls.push(host.now);
      await host.run(async () => (await host.stub.fetch(me)).body?.cancel());
    }
    await host.settle();
    await host.evict();
  }
  await host.end();
  return doings;
}
