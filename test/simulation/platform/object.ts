import type { Clock } from "./clock.ts";
import type { Owner, Scheduler } from "./scheduler.ts";
import { AcceptedSockets, type SimulatedSocket } from "./sockets.ts";
import { SimulatedStorage } from "./storage.ts";

/** What the platform calls of an actor. */
export interface Actor {
  alarm(info: { scheduledTime: number; retryCount: number; isRetry: boolean }): Promise<void>;
}

/**
 * What becomes of the turn in which an object dies: its writes and messages are lost, as before the commit;
 * its writes are kept and its messages lost, as after it; or both are out, as just before the next turn.
 */
export const deaths = ["lost", "written", "sent"] as const;
export type Death = (typeof deaths)[number];

/** Retries of an alarm, and the first wait between them in milliseconds; it doubles. */
const alarmRetries = 6;
const alarmBackoff = 2_000;

export interface SimulatedObjectOptions<Instance> {
  scheduler: Scheduler;
  clock: Clock;
  /** Makes an instance; `ctx` has what a `DurableObjectState` has. */
  create: (ctx: SimulatedContext) => Instance;
  /** A life ended otherwise than by sleep. */
  died: (life: Life) => void;
}

/** One life of an object: from the event that wakes it to its sleep or death. */
export class Life implements Owner {
  alive = true;
  /** Calls from outside that wait for their answer: how to end them. */
  readonly callers = new Set<(error: Error) => void>();
  /** Requests that are out. */
  requests = 0;
  /** Turns until it dies, and how. */
  fuse: { turns: number; death: Death } | undefined;
  /** What the turn under way sends, and what is on its way, in order. */
  #outputs: (() => void)[] = [];
  readonly #leaving: (() => void)[] = [];
  #blocks = 0;
  #waiting: (() => void)[] = [];
  readonly #scheduler: Scheduler;
  readonly #storage: SimulatedStorage;
  readonly #end: (life: Life) => void;

  constructor(scheduler: Scheduler, storage: SimulatedStorage, end: (life: Life) => void) {
    this.#scheduler = scheduler;
    this.#storage = storage;
    this.#end = end;
  }

  /** An event from outside: in a turn of its own, and not while concurrency is blocked. */
  enter(event: () => void): void {
    if (this.#blocks > 0) this.#waiting.push(event);
    else this.#scheduler.add(event, this);
  }

  async block<Value>(work: () => Promise<Value>): Promise<Value> {
    this.#blocks += 1;
    try {
      return await work();
    } finally {
      this.#blocks -= 1;
      if (this.#blocks === 0) {
        for (const event of this.#waiting.splice(0)) this.#scheduler.add(event, this);
      }
    }
  }

  /** Something leaves the object: only once all that was written before it is durable. */
  output(send: () => void): void {
    this.#outputs.push(send);
  }

  /** Asks something outside: the question leaves with the turn, the answer comes in one of its own. */
  ask<Value>(work: () => Promise<Value>): Promise<Value> {
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.requests += 1;
    const end = (give: () => void): void =>
      this.#scheduler.add(() => {
        this.requests -= 1;
        give();
      }, this);
    this.output(() => {
      work().then(
        (value) => end(() => resolve(value)),
        (error: unknown) => end(() => reject(error)),
      );
    });
    return promise;
  }

  turnEnded(): void {
    if (this.fuse !== undefined) {
      if (this.fuse.turns === 0) return this.die(this.fuse.death);
      this.fuse.turns -= 1;
    }
    this.#release();
  }

  die(death: Death): void {
    if (!this.alive) return;
    if (death === "lost") this.#storage.rollback();
    this.#storage.commit();
    if (death === "sent") this.#release();
    this.alive = false;
    this.#end(this);
    const error = new Error("The Durable Object's code has been aborted.");
    for (const end of this.callers) this.#scheduler.add(() => end(error));
  }

  #release(): void {
    this.#storage.commit();
    for (const send of this.#outputs.splice(0)) {
      this.#leaving.push(send);
      this.#scheduler.add(() => this.#leaving.shift()?.());
    }
  }
}

/** What an instance gets of the platform. */
export class SimulatedContext {
  readonly id: { name: string };
  readonly storage: SimulatedStorage;
  readonly #life: Life;
  readonly #sockets: AcceptedSockets;

  constructor(name: string, storage: SimulatedStorage, life: Life, sockets: AcceptedSockets) {
    this.id = { name };
    this.storage = storage;
    this.#life = life;
    this.#sockets = sockets;
  }

  blockConcurrencyWhile<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.#life.block(work);
  }

  acceptWebSocket(socket: SimulatedSocket, tags: readonly string[] = []): void {
    this.#sockets.accept(socket, tags, this.#leave);
  }

  getWebSockets(tag?: string): SimulatedSocket[] {
    const sockets = this.#sockets.list(tag);
    // What woke with this life leaves with its turns.
    for (const socket of sockets) socket.leave = this.#leave;
    return sockets;
  }

  readonly #leave = (send: () => void): void => this.#life.output(send);

  setWebSocketAutoResponse(): void {
    // Clients of the simulation do not ping.
  }
}

/** A Durable Object: its storage, its sockets and its alarm, and one life after the other. */
export class SimulatedObject<Instance extends Actor> {
  readonly storage: SimulatedStorage;
  readonly #options: SimulatedObjectOptions<Instance>;
  readonly #sockets: AcceptedSockets;
  #name = "";
  #living: { life: Life; instance: Instance | undefined } | undefined;
  #ringing = false;
  #retries = 0;

  constructor(options: SimulatedObjectOptions<Instance>) {
    this.#options = options;
    this.storage = new SimulatedStorage(options.scheduler);
    this.#sockets = new AcceptedSockets(options.scheduler);
  }

  /** Makes it another object, one that never was. */
  begin(name: string): void {
    if (this.#living !== undefined) this.#living.life.alive = false;
    this.#living = undefined;
    this.#name = name;
    this.#sockets.clear();
    this.storage.clear();
    this.#ringing = false;
    this.#retries = 0;
  }

  get life(): Life | undefined {
    return this.#living?.life;
  }

  /** Something happens to the object, which wakes it. Rejects when it dies before the answer is out. */
  call<Value>(work: (instance: Instance) => Value | Promise<Value>): Promise<Value> {
    const living = this.#wake();
    const { life } = living;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    life.callers.add(reject);
    const answer = (give: () => void): void =>
      life.output(() => {
        if (life.callers.delete(reject)) give();
      });
    life.enter(() => {
      const run = async () => work(this.#instanceOf(living));
      run().then(
        (value) => answer(() => resolve(value)),
        (error: unknown) => answer(() => reject(error)),
      );
    });
    return promise;
  }

  /**
   * Rings the alarm, whatever time it is. One that does not end well is repeated as the platform does.
   *
   * @returns undefined where none is set, or one is ringing
   */
  ring(): Promise<void> | undefined {
    const { alarm: scheduledTime } = this.storage;
    if (scheduledTime === null || this.#ringing) return undefined;
    this.#ringing = true;
    this.storage.putAlarm(null);
    const retryCount = this.#retries;
    const info = { scheduledTime, retryCount, isRetry: retryCount > 0 };
    return this.#rung(this.call((instance) => instance.alarm(info)));
  }

  async #rung(alarm: Promise<void>): Promise<void> {
    try {
      await alarm;
      this.#retries = 0;
    } catch (error) {
      this.#repeat();
      throw error;
    } finally {
      this.#ringing = false;
    }
  }

  /** It loses all that it stored, and its memory. */
  lose(): void {
    this.#living?.life.die("lost");
    // Those of one that sleeps break too.
    this.#sockets.breakAll();
    this.storage.clear();
  }

  /** Puts it to sleep, unless something is under way. */
  evict(): boolean {
    const living = this.#living;
    if (living === undefined) return true;
    const { life } = living;
    if (life.callers.size > 0 || life.requests > 0) return false;
    if (this.#options.clock.isAwaitedBy(life)) return false;
    life.alive = false;
    this.#living = undefined;
    this.#sockets.hibernate();
    return true;
  }

  #wake(): { life: Life; instance: Instance | undefined } {
    if (this.#living !== undefined) return this.#living;
    const life = new Life(this.#options.scheduler, this.storage, (dead) => {
      this.#living = undefined;
      this.#sockets.breakAll();
      this.#options.died(dead);
    });
    this.#living = { life, instance: undefined };
    return this.#living;
  }

  #instanceOf(living: { life: Life; instance: Instance | undefined }): Instance {
    living.instance ??= this.#options.create(
      new SimulatedContext(this.#name, this.storage, living.life, this.#sockets),
    );
    return living.instance;
  }

  #repeat(): void {
    if (this.#retries >= alarmRetries) {
      this.#retries = 0;
      return;
    }
    const at = this.#options.clock.now + alarmBackoff * 2 ** this.#retries;
    this.#retries += 1;
    this.storage.putAlarm(Math.min(at, this.storage.alarm ?? Infinity));
  }
}
