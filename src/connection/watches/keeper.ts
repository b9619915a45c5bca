import type { Outcome } from "../../contract/connection-rpc.ts";
import {
  conflict,
  failure,
  invalidField,
  type Failure,
  unknownConnection,
} from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import { mostWatches, type Watch, type WatchRequest } from "../../contract/watch.ts";
import { endsWithin } from "../../platform/deadline.ts";
import type { ConnectionState } from "../connection-state.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { notConnected } from "../policy/remedies.ts";
import { renewedTogether, watchLease } from "../policy/watch-lifetime.ts";
import type { RemedyLinks } from "../remedy-links.ts";
import type { NewWatch, WatchRow } from "../tables/watches.ts";
import type { CatchUp } from "./catch-up.ts";
import { bringsSame, isSame, newWatch } from "./watch-request.ts";
import type { WatchSubscriptions } from "./watch-subscriptions.ts";
import type { WatchTransitions } from "./watch-transitions.ts";
import { watchView } from "./watch-view.ts";

/** Milliseconds that whoever asks for a watch waits for Graph; it goes on behind them. */
const creationWait = 25_000;
/** Milliseconds that an end waits for Graph to delete subscriptions. */
const removalWait = 5_000;

type Due = readonly { watch: string }[];

export interface WatchKeeperOptions {
  state: ConnectionState;
  subscriptions: WatchSubscriptions;
  transitions: WatchTransitions;
  catchUp: CatchUp;
  links: Pick<RemedyLinks, "ofWatch">;
  now: () => number;
  /** Something changed that the alarm depends on. */
  rearm: () => void;
}

/** The watches of a connection: they are asked for and given up here, and the alarm keeps them alive. */
export class WatchKeeper {
  readonly #options: WatchKeeperOptions;
  readonly #leases = new Map<string, number>();

  constructor(options: WatchKeeperOptions) {
    this.#options = options;
  }

  /** Watches that Graph is being asked about, and when that is taken for lost. */
  get leases(): ReadonlyMap<string, number> {
    return this.#leases;
  }

  list(): Outcome<Watch[]> {
    const { state, links } = this.#options;
    if (!state.exists) return err(unknownConnection());
    return ok(state.watches.list().map((row) => watchView(row, links)));
  }

  /**
   * Watches a resource. The same resource and change types once more are the same watch, which is then
   * tried again unless it is active. Asked for with other data, it gets another subscription.
   */
  async watch(request: WatchRequest): Promise<Outcome<Watch>> {
    const { state, subscriptions, transitions, now, rearm } = this.#options;
    const wanted = newWatch(request, now());
    if (!wanted.ok) return wanted;
    if (state.kind === "tenant" && /^me\b/.test(wanted.value.resource)) return err(ofNobody());
    if (!state.exists) return err(unknownConnection());
    if (!isHeld(state.grant())) return err(notConnected(state.kind, now()));
    const rows = state.watches.list();
    const known = rows.find((row) => isSame(row, wanted.value));
    if (known === undefined) {
      if (rows.length >= mostWatches) return err(tooMany());
      state.watches.add(wanted.value);
    } else if (known.catch_up !== wanted.value.catch_up) {
      state.watches.update(known.id, { catch_up: wanted.value.catch_up, delta_link: null });
    }
    const { id } = known ?? wanted.value;
    const left = known === undefined ? undefined : this.#changeData(known, wanted.value);
    // Graph takes one for each resource: the one before goes first, also where the alarm makes the next.
    const removal = left === undefined ? undefined : this.#remove([left]);
    const step = known === undefined ? "create" : transitions.apply(id, "asked_again")?.work;
    rearm();
    if (step === "create") {
      await this.#briefly(id, async () => {
        await removal;
        await subscriptions.create(id);
      });
    }
    if (step === "renew") await this.#briefly(id, () => subscriptions.renew(id));
    return this.#view(id);
  }

  /**
   * Takes what changes are to bring from now on, for which Graph needs another subscription.
   *
   * @returns the subscription that is of no use any more
   */
  #changeData(row: WatchRow, wanted: NewWatch): string | undefined {
    if (bringsSame(row, wanted)) return undefined;
    const { state, transitions } = this.#options;
    const { include_data, selected } = wanted;
    const { subscription_id: subscription } = row;
    transitions.apply(row.id, "outdated", { columns: { include_data, selected, lifetime: 0 } });
    // A request that is out asks for what is not wanted any more.
    if (subscription === null) {
      state.watches.update(row.id, { incarnation: row.incarnation + 1 });
    }
    return subscription ?? undefined;
  }

  /** Gives a watch up. What Graph keeps of it is deleted as far as it can be reached. */
  async unwatch(id: string): Promise<Outcome<Watch>> {
    const { state, transitions, links, rearm } = this.#options;
    if (!state.exists) return err(unknownConnection());
    const row = state.watches.read(id);
    if (row === undefined) return err(unknownWatch());
    transitions.apply(id, "given_up");
    rearm();
    const { subscription_id: subscription } = row;
    if (subscription !== null) await this.#remove([subscription]);
    const view = watchView({ ...row, subscription_id: null, remedy: null, error: null }, links);
    return ok({ ...view, state: "ended" });
  }

  /** Whether Graph keeps anything, as far as is known. */
  get hasSubscriptions(): boolean {
    return this.#kept().length > 0;
  }

  /** Deletes all subscriptions at Graph as far as it can be reached: call before the tokens go. */
  async release(): Promise<void> {
    await this.#remove(this.#kept());
  }

  #kept(): string[] {
    return this.#options.state.watches.list().flatMap(({ subscription_id: id }) => id ?? []);
  }

  expire(due: Due): void {
    for (const { watch } of due) this.#options.transitions.apply(watch, "expired");
  }

  create(due: Due): Promise<void> {
    const { subscriptions } = this.#options;
    return this.#each(due, (id) => subscriptions.create(id));
  }

  /** Those that are due, and those that are within a day: one wake-up renews them all. */
  renew(due: Due): Promise<void> {
    const { state, subscriptions, now } = this.#options;
    const by = now() + renewedTogether;
    const soon = state.watches
      .list()
      .filter(
        ({ state: of, renew_at: at, retry_at: retryAt }) =>
          of === "active" && at !== null && at <= by && (retryAt ?? 0) <= now(),
      );
    const ids = new Set([...due.map(({ watch }) => watch), ...soon.map(({ id }) => id)]);
    return this.#each(
      [...ids].map((watch) => ({ watch })),
      (id) => subscriptions.renew(id),
    );
  }

  check(due: Due): Promise<void> {
    const { subscriptions } = this.#options;
    return this.#each(due, (id) => subscriptions.check(id));
  }

  catchUp(due: Due): Promise<void> {
    const { catchUp } = this.#options;
    return this.#each(due, (id) => catchUp.run(id));
  }

  async #remove(ids: readonly string[]): Promise<void> {
    const { subscriptions } = this.#options;
    await endsWithin(removalWait, subscriptions.remove(ids)).catch(() => false);
  }

  async #each(due: Due, work: (id: string) => Promise<void>): Promise<void> {
    await Promise.all(due.map(({ watch }) => this.#alone(watch, () => work(watch))));
  }

  async #briefly(id: string, work: () => Promise<void>): Promise<void> {
    const done = this.#alone(id, work);
    // Prevents an unhandled rejection where it goes on behind the caller.
    done.catch(() => undefined);
    await endsWithin(creationWait, done);
  }

  /** One thing at a time is asked of Graph about one watch. */
  async #alone(id: string, work: () => Promise<void>): Promise<void> {
    const { now, rearm } = this.#options;
    const isBusy = this.#leases.has(id);
    this.#leases.set(id, now() + watchLease);
    if (isBusy) return;
    try {
      await work();
    } finally {
      this.#leases.delete(id);
      rearm();
    }
  }

  #view(id: string): Outcome<Watch> {
    const { state, links } = this.#options;
    const row = state.exists ? state.watches.read(id) : undefined;
    return row === undefined ? err(unknownWatch()) : ok(watchView(row, links));
  }
}

const unknownWatch = (): Failure => failure("not_found", "There is no such watch.");

const ofNobody = (): Failure =>
  invalidField("resource", "must name its user: a tenant's connection has none that is signed in");

const tooMany = (): Failure =>
  conflict(
    "too_many_watches",
    `A connection has at most ${mostWatches} watches: give one up first.`,
  );
