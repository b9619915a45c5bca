import { Cooldowns } from "./tables/cooldown.ts";
import {
  contactBy,
  directoryFacts,
  missesContact,
  nextVersion,
  tellsDirectory,
  type Prospect,
} from "./policy/directory-policy.ts";
import type { ConnectionStatus } from "../contract/connection-info.ts";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import { isTried } from "./policy/delivery-policy.ts";
import type { EventSink } from "./delivery/event-sink.ts";
import { EventLog, type NewEvent } from "./tables/events.ts";
import { GrantStore, type Grant } from "./tables/grant-store.ts";
import { directorySink, Outbox } from "./tables/outbox.ts";
import { PendingAuthorizations } from "./tables/pending-authorizations.ts";
import { nextContact, renewals, type Schedule } from "./policy/schedule.ts";
import { migrate, schemaVersion } from "./tables/schema.ts";
import { deriveStatus, statusEvent, type DerivedStatus } from "./policy/status.ts";
import { TokenStore } from "./tables/token-store.ts";

export interface CommitOptions {
  /** The change is a sign-in. */
  signedIn?: boolean;
  /** The change disconnects. */
  disconnected?: boolean;
  /** A version the directory holds of this connection, from before it was lost. */
  knownVersion?: number | undefined;
}

/** Who is told of events. */
type Subscriber = Pick<EventSink, "name" | "types" | "fingerprint">;

export interface ConnectionStateOptions {
  storage: DurableObjectStorage;
  connectionId: string;
  subscribers: readonly Subscriber[];
  /** Told of events once they are durable. */
  published: (events: readonly ConnectionEvent[]) => void;
}

/**
 * The tables of one connection and the one way to change them: a change, the status it leads to, the
 * events that tell of it and the outbox rows are one transaction, and are published after it.
 */
export class ConnectionState {
  readonly grants: GrantStore;
  readonly tokens: TokenStore;
  readonly events: EventLog;
  readonly outbox: Outbox;
  readonly cooldowns: Cooldowns;
  readonly pending: PendingAuthorizations;
  readonly #storage: DurableObjectStorage;
  readonly #published: ConnectionStateOptions["published"];
  readonly #subscribers: readonly Subscriber[];
  #exists: boolean;
  #ends = 0;

  constructor({ storage, connectionId, subscribers, published }: ConnectionStateOptions) {
    this.#storage = storage;
    this.#published = published;
    this.#subscribers = subscribers;
    this.grants = new GrantStore(storage.sql);
    this.tokens = new TokenStore(storage.sql);
    this.events = new EventLog(storage.sql, connectionId);
    this.outbox = new Outbox(storage.sql);
    this.cooldowns = new Cooldowns(storage.sql);
    this.pending = new PendingAuthorizations(storage.sql);
    const version = schemaVersion(storage.sql);
    this.#exists = version > 0;
    if (this.#exists) {
      migrate(storage, version);
      this.cooldowns.load();
    }
  }

  get exists(): boolean {
    return this.#exists;
  }

  /**
   * How often the connection was ended while this object lives: a sign-in under way must not bring
   * back what somebody ended meanwhile.
   */
  get ends(): number {
    return this.#ends;
  }

  /** Makes the tables of a connection that begins; an existing one stays as it is. */
  create(now: number): void {
    if (this.#exists) return;
    migrate(this.#storage, 0);
    this.#exists = true;
    this.commit(now, () => {
      this.grants.create("pending", now);
    });
  }

  /** Ends the grant: nothing that could act for the user, or tell who they are, is kept. */
  disconnect(now: number): void {
    this.#ends += 1;
    this.commit(
      now,
      () => {
        this.tokens.clear();
        this.cooldowns.remove();
        this.grants.update({
          client_id: null,
          tenant_id: null,
          object_id: null,
          upn: null,
          name: null,
          login_hint: null,
          home_account: null,
          scopes: [],
          required_scopes: [],
          required_resources: [],
          refresh_token: null,
          // Whatever POST is out comes back to another generation and is dropped.
          generation: this.grant().generation + 1,
          remedy: null,
          probed_at: null,
          claims: null,
          degraded: null,
          app_error: null,
        });
      },
      { disconnected: true },
    );
  }

  /** Deletes everything, as if the connection had never been. */
  async forget(): Promise<void> {
    await this.#storage.deleteAll();
    this.#exists = false;
    this.cooldowns.clear();
  }

  /** Tells the directory anew, over whatever it was told before. */
  retellDirectory(now: number): void {
    this.#storage.transactionSync(() => {
      const { version, status } = this.grant();
      this.grants.update({
        version: nextVersion(version, now),
        backed_up_at: now,
        contact_at: contactBy(status, this.#prospect(status, now)),
      });
      this.outbox.put(directorySink, now);
    });
  }

  /**
   * Makes a new appointment with the directory where the one it was told is not kept: it would take
   * a connection that is well for lost, or never miss one that is.
   */
  keepContact(schedule: Schedule, now: number): void {
    const { contact_at: contactAt, status } = schedule.grant;
    const prospect = { due: nextContact(schedule, status), now };
    if (missesContact(contactAt, prospect)) this.retellDirectory(now);
  }

  #prospect(status: ConnectionStatus, now: number, grant = this.grant()): Prospect {
    const ahead = {
      renewals: renewals(this, grant),
      signInExpiry: this.pending.nextExpiry(),
    };
    return { due: nextContact(ahead, status), now };
  }

  /** The grant of a connection that exists. */
  grant(): Grant {
    const grant = this.grants.read();
    if (grant === undefined) throw new Error("the connection has no grant row");
    return grant;
  }

  /** Written once per token, so it tells of the last token's first use. */
  lastUsedAt(grant: Grant): number | null {
    const used = [grant.last_used_at, this.tokens.lastFirstUse()].filter((time) => time !== null);
    return used.length === 0 ? null : Math.max(...used);
  }

  status(grant: Grant = this.grant()): DerivedStatus {
    const required = new Set(grant.required_resources);
    return deriveStatus({
      disconnected: grant.status === "disconnected",
      granted: grant.refresh_token !== null,
      remedy: grant.remedy,
      requiredRemedies: this.tokens
        .list()
        .filter((row) => row.tenant_id === grant.tenant_id && required.has(row.resource))
        .flatMap((row) => row.remedy ?? [])
        // Our own fault asks nothing of the user.
        .filter(({ action }) => action !== "fix_app"),
      degraded: grant.degraded,
    });
  }

  /**
   * Runs a change in one transaction with the events it leads to.
   *
   * @param change what changes; `tell` appends an event, after that of the status.
   */
  commit(
    now: number,
    change: (tell: (event: NewEvent) => void) => void,
    { signedIn = false, disconnected = false, knownVersion }: CommitOptions = {},
  ): void {
    const events: ConnectionEvent[] = [];
    const besides: NewEvent[] = [];
    this.#storage.transactionSync(() => {
      const grantBefore = this.grants.read();
      const before = grantBefore === undefined ? undefined : this.status(grantBefore);
      this.grants.batch(() => {
        change((event) => besides.push(event));
        const grant = this.grant();
        const after = this.status(
          disconnected || signedIn
            ? { ...grant, status: disconnected ? "disconnected" : "active" }
            : grant,
        );
        const news = statusEvent(before, after, signedIn);
        // The status first: it is what watchers wait for, and what led to it would be in its way.
        for (const event of news === undefined ? besides : [news, ...besides]) {
          events.push(this.events.append(event, now));
        }
        const prospect = this.#prospect(after.status, now, grant);
        const told =
          missesContact(grant.contact_at, prospect) ||
          news !== undefined ||
          after.status !== grant.status ||
          tellsDirectory(
            grantBefore && before && directoryFacts(grantBefore, before),
            directoryFacts(grant, after),
            { now, toldAt: grant.backed_up_at },
          );
        this.grants.update({
          status: after.status,
          updated_at: now,
          ...(told && {
            version: nextVersion(grant.version, now, knownVersion),
            // The row in the outbox sees to it, however often it takes.
            backed_up_at: now,
            contact_at: contactBy(after.status, prospect),
          }),
        });
        if (told) this.outbox.put(directorySink, now);
      });
      if (events.length > 0) this.#keepForSubscribers(events, now);
    });
    this.#published(events);
  }

  #keepForSubscribers(events: readonly ConnectionEvent[], now: number): void {
    for (const { name, types, fingerprint } of this.#subscribers) {
      const first = events.find(({ type }) => types.includes(type));
      if (first === undefined) continue;
      const row = this.outbox.read(name);
      if (row === undefined) this.outbox.put(name, now, first.seq - 1);
      else if (row.paused !== null && isTried(row.paused, now, fingerprint)) {
        this.outbox.hasten(name, now);
      }
    }
    this.events.trim(this.outbox.neededAfter());
  }
}
