import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { vi } from "vitest";
import { configOf } from "../../../src/config/config.ts";
import { createParts } from "../../../src/connection/parts.ts";
import type { Host, HostOptions, Progress } from "../../simulation/host.ts";
import { repeatedChance } from "../../simulation/model/chance.ts";
import type { CipherPoint, StorageFault, TurnPoint } from "../../simulation/model/commands.ts";
import { dueOf } from "../../simulation/model/due.ts";
import type { Receivers } from "../../simulation/model/receivers.ts";
import type { Rows } from "../../simulation/model/tables.ts";
import { actorOf, type Stub } from "../support/connections.ts";
import { failStorage, mendStorage } from "../support/storage-failure.ts";

/** Turns of the event loop without news, after which nothing moves any more. */
const quietTurns = 3;
const decoder = new TextDecoder();
/** Work that never goes on, because its object died. */
const dead = () => new Promise<never>(() => {});

/** The connection in workerd, as a Worker has it. */
export class WorkerdHost implements Host {
  #stub: Stub = actorOf("user:nobody");
  #id = "";
  #now = 0;
  #died = false;
  #events: HostOptions | undefined;
  #armed: { point: CipherPoint; abort: () => void } | undefined;

  constructor() {
    const { subtle } = crypto;
    const encrypt = subtle.encrypt.bind(subtle);
    const decrypt = subtle.decrypt.bind(subtle);
    // No spies: they would remember every call of thousands of schedules.
    subtle.encrypt = (algorithm, ...rest) =>
      this.#strikes("encrypt", algorithm) ? dead() : encrypt(algorithm, ...rest);
    subtle.decrypt = (algorithm, ...rest) =>
      this.#strikes("decrypt", algorithm) ? dead() : decrypt(algorithm, ...rest);
  }

  get stub(): Stub {
    return this.#stub;
  }

  /** To whom the connection of now reports. */
  get receivers(): Receivers | undefined {
    return this.#events?.receivers;
  }

  get now(): number {
    return this.#now;
  }

  begin(id: string, now: number, events: HostOptions): Promise<void> {
    this.#id = id;
    this.#now = now;
    this.#events = events;
    this.#died = false;
    this.#armed = undefined;
    this.#stub = actorOf(id);
    Math.random = repeatedChance();
    vi.useFakeTimers({ toFake: ["Date"], now });
    return Promise.resolve();
  }

  setTime(now: number): Promise<void> {
    this.#now = now;
    vi.setSystemTime(now);
    return Promise.resolve();
  }

  async settle(progress: () => Progress): Promise<void> {
    for (let quiet = 0; quiet < quietTurns;) {
      const { busy, outstanding, answering, activity } = progress();
      if (this.#died) return this.#allEnded(progress);
      if (!busy && outstanding === 0 && quiet > 0) return;
      // Where nothing is held back something has to come of it; else only silence tells.
      const certain = answering || (busy && outstanding === 0);
      await this.#turn();
      if (activity !== progress().activity) quiet = 0;
      else if (!certain) quiet += 1;
    }
  }

  /** From within the object: what goes on by it must not go on by the test's leave. */
  async apply(work: () => void): Promise<void> {
    await runInDurableObject(this.#stub, work).catch((error: unknown) => {
      // What the answer sets going may be where the object dies.
      if (!this.#died) throw error;
    });
  }

  run<Value>(work: () => Promise<Value>): Promise<Value> {
    return work();
  }

  ring(): Promise<boolean> {
    return runDurableObjectAlarm(this.#stub);
  }

  async crash(last: () => Promise<void>): Promise<void> {
    await runInDurableObject(this.#stub, async (_, ctx) => {
      await last();
      ctx.abort("crash");
    }).catch(() => undefined);
    this.#died = true;
    this.#events?.died();
  }

  async armDeath(at: CipherPoint | TurnPoint): Promise<void> {
    // Turns cannot be counted here: such schedules are run in Node alone.
    if (!("operation" in at)) return;
    await runInDurableObject(this.#stub, (_, ctx) => {
      this.#armed = { point: at, abort: () => ctx.abort("died in the middle") };
    });
  }

  disarm(): void {
    this.#armed = undefined;
  }

  async revive(repeatAt: number | undefined): Promise<void> {
    this.#died = false;
    this.#stub = actorOf(this.#id);
    if (repeatAt === undefined) return;
    await runInDurableObject(this.#stub, async (_, { storage }) => {
      const set = await storage.getAlarm();
      // The one that rang is still set where its object died before it wrote anything.
      const isNew = set !== null && set > this.#now;
      await storage.setAlarm(isNew ? Math.min(repeatAt, set) : repeatAt);
    });
  }

  deploy(): void {
    throw new Error("a deployment does not change in workerd");
  }

  lose(): Promise<void> {
    throw new Error("nothing is lost in workerd");
  }

  evict(): Promise<void> {
    return evict(this.#stub, "hibernate");
  }

  failStorage(fault: StorageFault | undefined): Promise<void> {
    return fault === undefined ? mendStorage(this.#stub) : failStorage(this.#stub, fault);
  }

  rows(): Promise<Rows | undefined> {
    return this.read(() =>
      runInDurableObject(this.#stub, async (_, ctx) => {
        const { storage } = ctx;
        const rows = (query: string) => storage.sql.exec(query).toArray();
        if (rows("SELECT 1 FROM sqlite_master WHERE name = 'grant'").length === 0) return undefined;
        // A copy of the parts, which changes nothing: only to ask what is due by these tables.
        const { state } = createParts({
          ctx,
          env,
          config: config(),
          connectionId: ctx.id.name ?? "",
          taggedSockets: () => [],
        });
        return {
          grant: rows("SELECT * FROM grant")[0],
          tokens: rows("SELECT * FROM access_token"),
          intent: rows("SELECT * FROM refresh_intent")[0],
          events: rows("SELECT * FROM event ORDER BY seq"),
          outbox: rows("SELECT * FROM outbox"),
          signIns: rows("SELECT * FROM authorization"),
          cooldowns: rows("SELECT * FROM cooldown"),
          watches: rows("SELECT * FROM watch"),
          changes: rows("SELECT * FROM change"),
          alarm: await storage.getAlarm(),
          ...dueOf(state, this.#now),
        };
      }),
    );
  }

  post(): Promise<Response> {
    return Promise.reject(new Error("nothing is posted here"));
  }

  async end(failed: boolean): Promise<void> {
    this.#armed = undefined;
    if (failed) {
      await runInDurableObject(this.#stub, async (_, ctx) => {
        await ctx.storage.deleteAll();
        ctx.abort("abandoned");
      }).catch(() => undefined);
      return;
    }
    await runInDurableObject(this.#stub, (_, { storage }) => storage.deleteAll());
    await evict(this.#stub, "close");
  }

  /** After a death everything that was under way ends. */
  async #allEnded(progress: () => Progress): Promise<void> {
    await Promise.resolve();
    while (progress().busy) await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** Whatever the object could do by itself is done after this. */
  async #turn(): Promise<void> {
    await runInDurableObject(this.#stub, () => undefined).catch(() => undefined);
  }

  async read<Value>(work: () => Promise<Value>): Promise<Value> {
    const armed = this.#armed;
    this.#armed = undefined;
    try {
      return await work();
    } finally {
      this.#armed = armed;
    }
  }

  #strikes(operation: CipherPoint["operation"], algorithm: unknown): boolean {
    const armed = this.#armed;
    if (armed === undefined || operation !== armed.point.operation) return false;
    if (secretOf(algorithm) !== `${this.#id}\n${armed.point.column}`) return false;
    this.#armed = undefined;
    this.#died = true;
    this.#events?.died();
    armed.abort();
    return true;
  }
}

/** What a ciphertext is bound to: its connection and column. The sandbox seals in other words. */
function secretOf(algorithm: unknown): string | undefined {
  const bound =
    typeof algorithm === "object" && algorithm !== null && "additionalData" in algorithm
      ? algorithm.additionalData
      : undefined;
  return bound instanceof Uint8Array ? decoder.decode(bound) : undefined;
}

async function evict(stub: Stub, webSockets: "close" | "hibernate"): Promise<void> {
  await evictDurableObject(stub, { webSockets }).catch((error: unknown) => {
    // On a machine so slow that the runtime did it before.
    if (!String(error).includes("not currently running")) throw error;
  });
}

function config() {
  const read = configOf(env);
  if (!read.ok) throw new Error(read.error.message);
  return read.value;
}
