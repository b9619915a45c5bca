import { Changes, type AddedChanges, type NewChange } from "./tables/changes.ts";
import { Cooldowns } from "./tables/cooldown.ts";
import {
  directoryColumns,
  directoryFacts,
  missesContact,
  needsDirectoryWrite,
  type ContactPlan,
} from "./policy/directory-policy.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionStatus } from "../contract/connection-info.ts";
import type { ConnectionEvent } from "../contract/connection-events.ts";
import {
  enqueueChanges,
  enqueueEvents,
  enqueueState,
  type Subscription,
} from "./delivery/enqueue.ts";
import { isHeld } from "./policy/grant-kind.ts";
import { EventLog, type NewEvent } from "./tables/events.ts";
import { endedGrant, GrantStore, type Grant, type GrantKind } from "./tables/grant-store.ts";
import { Outbox } from "./tables/outbox.ts";
import { PendingAuthorizations } from "./tables/pending-authorizations.ts";
import { nextContact, type Schedule } from "./policy/schedule.ts";
import { migrate, schemaVersion } from "./tables/schema.ts";
import { deriveStatus, statusEvent, type DerivedStatus } from "./policy/status.ts";
import { TokenStore } from "./tables/token-store.ts";
import { UsedPermissions } from "./tables/used-permissions.ts";
import { WatchKeys } from "./tables/watch-keys.ts";
import { Watches } from "./tables/watches.ts";

export interface CommitOptions {
  /** The change is a sign-in. */
  signedIn?: boolean;
  /** The change disconnects. */
  disconnected?: boolean;
  /** A version the directory holds of this connection, from before it was lost. */
  knownVersion?: number | undefined;
}

export interface ConnectionStateOptions {
  storage: DurableObjectStorage;
  connectionId: string;
  sinks: readonly Subscription[];
  /** Called with events once they are durable. */
  published: (events: readonly ConnectionEvent[]) => void;
}

/**
 * The tables of one connection and the one way to change them: a change, the status it leads to, its
 * events and the outbox rows are one transaction, and are published after it.
 */
export class ConnectionState {
  readonly grants: GrantStore;
  readonly tokens: TokenStore;
  readonly events: EventLog;
  readonly permissions: UsedPermissions;
  readonly outbox: Outbox;
  readonly cooldowns: Cooldowns;
  readonly pending: PendingAuthorizations;
  readonly watches: Watches;
  readonly watchKeys: WatchKeys;
  readonly changes: Changes;
  readonly kind: GrantKind;
  readonly #storage: DurableObjectStorage;
  readonly #published: ConnectionStateOptions["published"];
  readonly #sinks: readonly Subscription[];
  #exists: boolean;
  #ends = 0;

  constructor({ storage, connectionId, sinks, published }: ConnectionStateOptions) {
    this.kind = parseConnectionId(connectionId)?.kind ?? "user";
    this.#storage = storage;
    this.#published = published;
    this.#sinks = sinks;
    this.grants = new GrantStore(storage.sql);
    this.tokens = new TokenStore(storage.sql);
    this.events = new EventLog(storage.sql, connectionId);
    this.permissions = new UsedPermissions(storage.sql);
    this.outbox = new Outbox(storage.sql);
    this.cooldowns = new Cooldowns(storage.sql);
    this.pending = new PendingAuthorizations(storage.sql);
    this.watches = new Watches(storage.sql);
    this.watchKeys = new WatchKeys(storage.sql);
    this.changes = new Changes(storage.sql);
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
   * How often the connection was ended while this object lives: a sign-in under way must not
   * connect what was ended meanwhile.
   */
  get ends(): number {
    return this.#ends;
  }

  /** Makes the tables of a connection that begins; an existing one stays as it is. */
  create(now: number): void {
    if (this.#exists) return;
    // Tables without the row would be a connection that nothing can be done with.
    this.#storage.transactionSync(() => {
      migrate(this.#storage, 0);
      this.commit(now, () => {
        this.grants.create(this.kind, "pending", now);
      });
    });
    this.#exists = true;
  }

  /** Ends the grant: nothing that could act for the user, or says who they are, is kept. */
  disconnect(now: number): void {
    this.commit(
      now,
      (emit) => {
        this.tokens.clear();
        this.cooldowns.remove();
        for (const { id: watch, resource } of this.watches.list()) {
          emit({ type: "watch.ended", data: { watch, resource } });
        }
        this.watches.clear();
        this.watchKeys.clear();
        this.changes.clear();
        this.permissions.clear();
        // Whatever POST is out comes back to another generation and is dropped.
        this.grants.update({ ...endedGrant, generation: this.grant().generation + 1 });
      },
      { disconnected: true },
    );
    // Where storage fails nothing was ended: what is under way goes on, and so do cool-downs.
    this.cooldowns.clear();
    this.#ends += 1;
  }

  /** Deletes everything, as if the connection had never been. */
  async forget(): Promise<void> {
    await this.#storage.deleteAll();
    this.#exists = false;
    this.cooldowns.clear();
    this.changes.recount();
  }

  /**
   * Keeps changes, with the outbox rows of those that want them.
   *
   * @returns what was kept, and whether the alarm has more to do
   */
  keepChanges(changes: readonly NewChange[], now: number): AddedChanges & { rearm: boolean } {
    try {
      return this.#storage.transactionSync(() => {
        const first = this.changes.oldestSeq() > this.changes.lastSeq();
        const kept = this.changes.add(changes, now, this.#handedOut());
        const enqueued = enqueueChanges(this.outbox, this.#sinks, kept.added, now);
        return { ...kept, rearm: enqueued || (first && kept.added.length > 0) };
      });
    } catch (error) {
      this.changes.recount();
      throw error;
    }
  }

  /** The last change that everybody who wants changes has had. */
  #handedOut(): number {
    return this.#sinks.some(({ follows }) => follows === "changes")
      ? (this.outbox.changesNeededAfter() ?? this.changes.lastSeq())
      : this.changes.readSeq();
  }

  /** Writes the directory's row anew, whatever it holds. */
  reportToDirectory(now: number): void {
    this.#storage.transactionSync(() => {
      const { version, status } = this.grant();
      this.grants.update(directoryColumns(version, status, this.#contactPlan(status, now)));
      enqueueState(this.outbox, this.#sinks, now);
    });
  }

  /** What the tables say of the work that lies ahead. */
  schedule(grant = this.grant()): Schedule {
    return {
      grant,
      tokens: this.tokens.list(),
      signInExpiry: this.pending.nextExpiry(),
      intent: this.tokens.intent(),
      deliveries: this.outbox.waiting(),
      watches: this.watches.list(),
      changeExpiry: this.changes.nextExpiry(),
    };
  }

  #contactPlan(status: ConnectionStatus, now: number, grant = this.grant()): ContactPlan {
    const ahead = { grant, tokens: this.tokens.list(), signInExpiry: this.pending.nextExpiry() };
    return { due: nextContact(ahead, status), now };
  }

  /** The grant of a connection that exists. */
  grant(): Grant {
    const grant = this.grants.read();
    if (grant === undefined) throw new Error("the connection has no grant row");
    return grant;
  }

  /** Written once per token: the first use of the last token. */
  lastUsedAt(grant: Grant): number | null {
    const used = [grant.last_used_at, this.tokens.lastFirstUse()].filter((time) => time !== null);
    return used.length === 0 ? null : Math.max(...used);
  }

  status(grant: Grant = this.grant()): DerivedStatus {
    const required = new Set(grant.required_resources);
    return deriveStatus({
      disconnected: grant.status === "disconnected",
      granted: isHeld(grant),
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
   * @param change what changes; `emit` appends an event, after that of the status.
   */
  commit(
    now: number,
    change: (emit: (event: NewEvent) => void) => void,
    { signedIn = false, disconnected = false, knownVersion }: CommitOptions = {},
  ): void {
    const events: ConnectionEvent[] = [];
    const extraEvents: NewEvent[] = [];
    this.#storage.transactionSync(() => {
      const grantBefore = this.grants.read();
      const before = grantBefore === undefined ? undefined : this.status(grantBefore);
      this.grants.batch(() => {
        change((event) => extraEvents.push(event));
        if (signedIn) this.watches.hasten(now);
        const grant = this.grant();
        const after = this.status(
          disconnected || signedIn
            ? { ...grant, status: disconnected ? "disconnected" : "active" }
            : grant,
        );
        const ofStatus = statusEvent(before, after, signedIn);
        // The status comes first: it is what watchers wait for.
        for (const event of ofStatus === undefined ? extraEvents : [ofStatus, ...extraEvents]) {
          events.push(this.events.append(event, now));
        }
        const plan = this.#contactPlan(after.status, now, grant);
        const isReported =
          missesContact(grant.contact_at, plan) ||
          ofStatus !== undefined ||
          after.status !== grant.status ||
          needsDirectoryWrite(
            grantBefore && before && directoryFacts(grantBefore, before),
            directoryFacts(grant, after),
            { now, writtenAt: grant.backed_up_at },
          );
        this.grants.update({
          status: after.status,
          updated_at: now,
          ...(isReported && directoryColumns(grant.version, after.status, plan, knownVersion)),
        });
        if (isReported) enqueueState(this.outbox, this.#sinks, now);
      });
      if (events.length > 0) {
        enqueueEvents(this.outbox, this.#sinks, events, now);
        this.events.trim(this.outbox.neededAfter());
      }
    });
    this.#published(events);
  }
}
