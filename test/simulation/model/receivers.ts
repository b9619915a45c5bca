import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import type { DirectoryEntry } from "../../../src/directory/entry.ts";
import type { Capability, ConnectionSeen } from "./capability.ts";
import type { EventSeen } from "./tables.ts";

export const receiverNames = ["webhook:all", "webhook:some", "pipeline", "directory"] as const;
export type ReceiverName = (typeof receiverNames)[number];

export const manners = [
  "takes",
  "fails",
  "loses",
  "dallies",
  "throttles",
  "hangs",
  "ends",
] as const;
/**
 * How a receiver behaves: it takes what it gets, fails, takes it and its answer is lost or comes late, asks for
 * time, says nothing, or wants no more.
 */
export type Manner = (typeof manners)[number];

/** Milliseconds after which an answer comes that is late: sooner than anybody gives up. */
const lateness = 5_000;

/** What `webhook:some` asked for. */
export const someTypes: readonly string[] = ["connection.connected", "connection.action_required"];

const wants = (name: ReceiverName, { type }: Pick<EventSeen, "type">): boolean =>
  name !== "webhook:some" || someTypes.includes(type);

/** What one receiver got at a time. */
type Batch = readonly Pick<EventSeen, "seq" | "id" | "type">[];

/** Those to whom a connection reports: two webhooks, the pipeline and the directory. */
export class Receivers implements Capability {
  /** The directory's row, which outlives the connection. */
  row: DirectoryEntry | undefined;
  readonly #manners = new Map<ReceiverName, Manner>();
  readonly #events = new Map<ReceiverName, Batch[]>();
  readonly #faults: string[] = [];
  /** Whether there are others than the directory. */
  #listening: boolean;
  /** Of the events up to this one some may never come: there were no receivers for a while. */
  #missing = 0;

  constructor(listening: boolean) {
    this.#listening = listening;
  }

  /** From now on there are others than the directory, or none. @param last number of the last event */
  deployed(listening: boolean, last: number): void {
    this.#listening = listening;
    this.#missing = last;
  }

  behave(name: ReceiverName, manner: Manner): void {
    this.#manners.set(name, manner);
  }

  /** @returns undefined for a request that is no webhook's */
  webhook(request: Request): Promise<Response> | undefined {
    const { hostname } = new URL(request.url);
    const [first, ...rest] = hostname.split(".");
    if (rest.join(".") !== "hooks.example") return undefined;
    return this.#take(first === "all" ? "webhook:all" : "webhook:some", request);
  }

  async pipeline(records: readonly object[]): Promise<void> {
    const response = await this.#answer("pipeline", () => this.#keep("pipeline", records));
    if (!response.ok) throw new Error("the pipeline is full");
  }

  async upsert(entry: DirectoryEntry): Promise<void> {
    const response = await this.#answer("directory", () => {
      const { row } = this;
      if (row !== undefined && entry.version <= row.version) return;
      const isBackup = row !== undefined && row.refresh_token !== null;
      if (isBackup && entry.status === "pending") return;
      this.row = entry;
    });
    if (!response.ok) throw new Error("D1_ERROR: the database is overloaded");
  }

  async removePending(version: number): Promise<void> {
    const response = await this.#answer("directory", () => {
      const { row } = this;
      if (row?.status === "pending" && row.version <= version) this.row = undefined;
    });
    if (!response.ok) throw new Error("D1_ERROR: the database is overloaded");
  }

  mend(): void {
    this.#manners.clear();
  }

  forget(): void {
    this.#events.clear();
    this.#missing = 0;
  }

  check({ tables, rows }: ConnectionSeen): string[] {
    const faults = this.#faults.splice(0);
    const { row } = this;
    const isWaiting = rows.outbox.some(({ sink }) => sink === "directory");
    // A row that only begins takes no place of a backup.
    if (row !== undefined && !isWaiting && tables.grant.status !== "pending") {
      if (row.version !== rows.grant?.["version"])
        faults.push("the directory is not told of the last change");
    }
    for (const [name, batches] of this.#events) {
      faults.push(...disorder(name, batches, tables.events, this.#missing));
    }
    return faults;
  }

  healed({ tables, rows }: ConnectionSeen): string[] {
    const { row } = this;
    const { grant } = rows;
    const same =
      row !== undefined &&
      row.version === grant?.["version"] &&
      row.status === tables.grant.status &&
      row.upn === tables.grant.upn &&
      // It is written once a day: an older one of the same grant is as good.
      (row.refresh_token === null) === (grant?.["refresh_token"] === null);
    const faults = same ? [] : ["the directory's row is not what the connection is"];
    if (!this.#listening) return faults;
    const behind = new Map(rows.outbox.map((one) => [one["sink"], one]));
    for (const name of receiverNames) {
      if (name === "directory") continue;
      const last = Math.max(this.#events.get(name)?.at(-1)?.at(-1)?.seq ?? 0, this.#missing);
      const missed = tables.events.find((event) => event.seq > last && wants(name, event));
      if (missed === undefined) continue;
      const waiting = behind.get(name);
      if (waiting === undefined) faults.push(`${name} never got event ${missed.seq}`);
      else if (waiting["paused"] === null) faults.push(`${name} still waits for ${missed.seq}`);
    }
    return faults;
  }

  async #take(name: "webhook:all" | "webhook:some", request: Request): Promise<Response> {
    const event: ConnectionEvent = JSON.parse(await request.text());
    if (request.headers.get("webhook-id") !== event.id)
      this.#faults.push("a webhook of another id");
    return this.#answer(name, () => this.#keep(name, [event]));
  }

  #keep(name: ReceiverName, records: readonly object[]): void {
    // What the pipeline gets are the events themselves.
    const batch = (records as readonly ConnectionEvent[]).map(({ seq, id, type }) => ({
      seq,
      id,
      type,
    }));
    this.#events.set(name, [...(this.#events.get(name) ?? []), batch]);
  }

  async #answer(name: ReceiverName, take: () => void): Promise<Response> {
    const manner = this.#manners.get(name) ?? "takes";
    switch (manner) {
      case "takes":
        take();
        return new Response();
      case "fails":
        return new Response(null, { status: 500 });
      case "throttles":
        return new Response(null, { status: 429, headers: { "retry-after": "90" } });
      case "ends":
        return new Response(null, { status: 410 });
      case "loses":
        take();
        throw new TypeError("Network connection lost.");
      case "dallies":
        take();
        await new Promise((resolve) => setTimeout(resolve, lateness));
        return new Response();
      case "hangs":
        return new Promise<never>(() => {});
    }
  }
}

/**
 * What is wrong with what one receiver got: each event once or more, in order, and none but those there are.
 * A batch comes again where its object did not hear that it was taken.
 */
function disorder(
  name: ReceiverName,
  batches: readonly Batch[],
  log: readonly EventSeen[],
  missing: number,
): string[] {
  const wanted = log.filter((event) => wants(name, event));
  const place = new Map(wanted.map(({ id }, index) => [id, index]));
  let begun = 0;
  let next = 0;
  for (const batch of batches) {
    const [first] = batch.map(({ id }) => place.get(id) ?? -1);
    const skipped = wanted.slice(next, first).some(({ seq }) => seq > missing);
    if (first === undefined || skipped) return [`${name} did not get event ${next + 1}`];
    if (first < begun) return [`${name} got again what it was known to have`];
    begun = first;
    next = first;
    for (const { id, seq } of batch) {
      if (place.get(id) !== next) return [`${name} got event ${seq} out of order, or of nobody's`];
      next += 1;
    }
  }
  return [];
}
