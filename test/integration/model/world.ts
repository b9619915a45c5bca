import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { vi } from "vitest";
import { actorOf, type Stub } from "../support/connections.ts";
import { repeatChance } from "./chance.ts";
import { Callers, type Surroundings } from "./callers.ts";
import type { Command, Step } from "./commands.ts";
import { TokenLedger } from "./ledger.ts";
import { answerToCall, type Answer, type Microsoft, type Outstanding } from "./microsoft.ts";
import type { Mortality } from "./mortality.ts";
import type { HandedToken, Operation } from "./operation.ts";
import { failStorage, mendStorage } from "./storage-failure.ts";
import { TableReader, type Tables } from "./tables.ts";
import { Watcher } from "./watcher.ts";

/** So far ahead that the runtime's own clock never rings an alarm: the schedule does. */
const start = Date.UTC(2031, 0, 1);
/** Between one ring and the next, and after one that failed, in milliseconds. */
const rest = 1_000;
const failureRest = 60_000;
/** Turns of the event loop without news, after which nothing moves any more. */
const quietTurns = 3;

/** One connection, the real one, and everything around it that a schedule can move. */
export class World implements Surroundings {
  readonly id: string;
  readonly ledger = new TokenLedger();
  readonly handed: HandedToken[] = [];
  /** What did not end yet, or ended since the last check. */
  operations: Operation[] = [];
  readonly watcher = new Watcher();
  /** What went wrong where no table shows it. */
  readonly faults: string[] = [];
  tables: Tables | undefined;
  step = 0;
  life = 0;
  /** The last ring has ended, and the next need not come before. */
  restsUntil = -Infinity;
  readonly microsoft: Microsoft;
  readonly #mortality: Mortality;
  readonly #reader: TableReader;
  #stub: Stub;
  #now = start;
  readonly #callers = new Callers(this);
  #hold = false;
  #answer: Answer | undefined;
  #holdCalls = false;
  #failing: { since: number } | undefined;
  #activity = 0;
  #operations = 0;

  private constructor(id: string, microsoft: Microsoft, mortality: Mortality) {
    this.id = id;
    this.#stub = actorOf(id);
    this.#reader = new TableReader(id);
    this.microsoft = microsoft;
    this.#mortality = mortality;
  }

  static async begin(id: string, microsoft: Microsoft, mortality: Mortality): Promise<World> {
    const world = new World(id, microsoft, mortality);
    repeatChance();
    vi.useFakeTimers({ toFake: ["Date"], now: start });
    mortality.disarm();
    mortality.died = false;
    await microsoft.begin({
      arrives: (request) => world.#arrives(request),
      issued: (tokens) => world.ledger.issued(tokens),
      life: () => world.life,
      answered: () => {
        world.#activity += 1;
      },
    });
    return world;
  }

  get stub(): Stub {
    return this.#stub;
  }

  get now(): number {
    return this.#now;
  }

  /** The token request that Microsoft has not answered. */
  get tokenRequest(): Outstanding | undefined {
    return this.microsoft.tokenRequest(this.life);
  }

  get outstanding(): readonly Outstanding[] {
    return this.microsoft.outstanding;
  }

  get ringing(): boolean {
    return this.operations.some(({ kind, end }) => kind === "alarm" && end === undefined);
  }

  /** Carries out one step, until nothing moves without the next. */
  async take({ command, hold, answer }: Step): Promise<void> {
    this.step += 1;
    this.operations = this.operations.filter(({ end }) => end === undefined);
    this.handed.length = 0;
    this.#hold = hold;
    this.#answer = answer;
    this.#holdCalls = command.do === "call" && command.hold;
    await this.#do(command);
    await this.#settle();
    if (this.#mortality.died) await this.#bury();
    if (this.#failing !== undefined && this.#failing.since < this.step) await this.mend();
    this.tables = await this.#mortality.spare(() => this.#reader.read(this.#stub));
    for (const { token, generation } of this.tables?.rows ?? []) {
      if (token !== null) this.ledger.stored(token, generation);
    }
  }

  /** Ends what makes the object fail by itself. */
  async mend(): Promise<void> {
    this.#mortality.disarm();
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    await mendStorage(this.#stub);
  }

  /** Frees what the schedule no longer needs. */
  async end(): Promise<void> {
    this.watcher.close();
    await runInDurableObject(this.#stub, (_, { storage }) => storage.deleteAll());
    await evict(this.#stub, "close");
  }

  /** Ends a schedule that failed, whatever is still under way. */
  async abandon(): Promise<void> {
    this.#mortality.disarm();
    this.watcher.close();
    await runInDurableObject(this.#stub, async (_, ctx) => {
      await ctx.storage.deleteAll();
      ctx.abort("abandoned");
    }).catch(() => undefined);
  }

  #arrives(request: Outstanding): Answer | undefined {
    this.#activity += 1;
    if (request.kind === "call") {
      this.#sent(request);
      return this.#holdCalls ? undefined : { as: "service" };
    }
    const others = this.microsoft.outstanding.filter(
      (other) => other !== request && other.kind === "token" && other.life === this.life,
    );
    if (others.length > 0) this.faults.push("two token requests are out at once");
    if (this.#hold) return undefined;
    const answer = this.#answer ?? { as: "service" };
    this.#answer = undefined;
    return answer;
  }

  /** A call arrived at Microsoft with the token it was given. */
  #sent({ request }: Outstanding): void {
    const id = request.headers.get("client-request-id");
    const operation = this.operations.find((one) => one.id === id);
    const token = request.headers.get("authorization")?.slice("Bearer ".length);
    if (operation === undefined || token === undefined) this.faults.push("a call of nobody's");
    else this.handed.push({ operation, token, at: this.#now });
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case "call":
      case "token":
      case "refresh":
      case "signIn":
      case "begin":
      case "goOn":
      case "import":
        return this.#callers.take(command);
      case "disconnect":
        await this.#stub.disconnect().catch(() => undefined);
        return;
      case "revoke": {
        const user = this.tables?.grant.upn;
        if (user === null || user === undefined) return;
        await this.microsoft.revoke(user, command.what === "everything" ? undefined : command.what);
        return;
      }
      case "advance":
        this.#advanceTo(this.#now + command.seconds * 1_000);
        return;
      case "alarm":
        this.#ring(command.wait);
        return;
      case "answer":
        await this.#give(this.tokenRequest, this.#answer ?? { as: "service" });
        return;
      case "answerCall": {
        const calls = this.microsoft.calls(this.life);
        await this.#give(
          calls[command.which % Math.max(calls.length, 1)],
          answerToCall(this.#answer),
        );
        return;
      }
      case "crash":
        await this.#crash(command.served);
        return;
      case "die":
        await this.#mortality.arm(this.#stub, command.at);
        return;
      case "evict":
        await this.#evict();
        return;
      case "storageFails":
        await this.#fail(command.table);
        return;
      case "watch":
        if (this.tables !== undefined) await this.watcher.open(this.#stub);
    }
  }

  start(
    what: Pick<Operation, "kind"> & Partial<Operation>,
    work: (operation: Operation) => Promise<unknown>,
  ): void {
    this.#operations += 1;
    const operation: Operation = {
      id: `${this.id}-${this.#operations}`,
      life: this.life,
      since: this.step,
      before: this.tables,
      ...what,
    };
    this.operations.push(operation);
    const ended = (end: NonNullable<Operation["end"]>) => {
      operation.end = end;
      this.#activity += 1;
    };
    work(operation).then(
      (value) => ended({ value }),
      (error: unknown) => ended({ thrown: String(error) }),
    );
  }

  /** From within the object: what goes on by it must not go on by the test's leave. */
  async #give(request: Outstanding | undefined, answer: Answer): Promise<void> {
    this.#answer = undefined;
    if (request === undefined) return;
    await runInDurableObject(this.#stub, () => request.give?.(answer)).catch((error: unknown) => {
      // What the answer sets going may be where the object dies.
      if (!this.#mortality.died) throw error;
    });
  }

  #advanceTo(time: number): void {
    this.#now = time;
    vi.setSystemTime(time);
  }

  /** The platform rings one alarm at a time, and not before its time. */
  #ring(wait: boolean): void {
    const alarm = this.tables?.alarm ?? null;
    if (alarm === null || this.ringing) return;
    if (alarm > this.#now) {
      if (!wait) return;
      this.#advanceTo(alarm);
    }
    this.start({ kind: "alarm" }, async () => {
      const rang = await runDurableObjectAlarm(this.#stub);
      this.restsUntil = this.#now + (this.#failing === undefined ? rest : failureRest);
      return rang;
    });
  }

  async #crash(served: boolean): Promise<void> {
    const out = this.tokenRequest;
    await runInDurableObject(this.#stub, async (_, ctx) => {
      if (served && out !== undefined) await this.microsoft.serveUnheard(out);
      ctx.abort("crash");
    }).catch(() => undefined);
    await this.#bury();
  }

  /** After a death: what was under way is gone, and the platform repeats an alarm that did not end. */
  async #bury(): Promise<void> {
    // A ring never fails by itself: one that did was ended by the death.
    const rang = this.operations.some(
      ({ kind, life, end }) =>
        kind === "alarm" && life === this.life && (end === undefined || "thrown" in end),
    );
    this.#mortality.died = false;
    this.#mortality.disarm();
    this.microsoft.bury(this.life);
    this.watcher.lost();
    await Promise.resolve();
    while (this.operations.some(({ end }) => end === undefined)) await turn();
    this.life += 1;
    this.#stub = actorOf(this.id);
    if (rang) {
      await runInDurableObject(this.#stub, (_, { storage }) => storage.setAlarm(this.#now));
    }
  }

  async #evict(): Promise<void> {
    const busy = this.operations.some(({ end }) => end === undefined);
    if (busy || this.microsoft.outstanding.length > 0) return;
    await evict(this.#stub, "hibernate");
    this.life += 1;
  }

  async #fail(table: Extract<Command, { do: "storageFails" }>["table"]): Promise<void> {
    if (this.tables === undefined || this.#failing !== undefined) return;
    this.#failing = { since: this.step };
    await failStorage(this.#stub, table);
  }

  /** Waits until all that was started has ended, or waits for Microsoft. */
  async #settle(): Promise<void> {
    for (let quiet = 0; quiet < quietTurns;) {
      const busy = this.operations.some(({ end }) => end === undefined);
      const { outstanding } = this.microsoft;
      if (this.#mortality.died || (!busy && outstanding.length === 0 && quiet > 0)) return;
      const seen = this.#activity;
      const answering = outstanding.some(({ give }) => give === undefined);
      // Where nothing is held back something has to come of it; else only silence tells.
      const certain = answering || (busy && outstanding.length === 0);
      await this.#turn();
      if (seen !== this.#activity) quiet = 0;
      else if (!certain) quiet += 1;
    }
  }

  /** Whatever the object could do by itself is done after this. */
  async #turn(): Promise<void> {
    await runInDurableObject(this.#stub, () => undefined).catch(() => undefined);
  }
}

async function evict(stub: Stub, webSockets: "close" | "hibernate"): Promise<void> {
  await evictDurableObject(stub, { webSockets }).catch((error: unknown) => {
    // On a machine so slow that the runtime did it before.
    if (!String(error).includes("not currently running")) throw error;
  });
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
