import { defined } from "../../contract/defined.ts";
import type {
  GraphSubscription,
  SubscriptionAnswer,
  SubscriptionEncryption,
  Subscriptions,
} from "../../graph/subscriptions.ts";
import { asksLongestAgain } from "../policy/watch-lifetime.ts";
import type { SessionSecret } from "../../platform/keys.ts";
import type { WatchKeyring } from "./watch-keyring.ts";
import type { WatchColumns, WatchRow } from "../tables/watches.ts";
import { checkAt, expiryOf, keptColumns, lifetimesOf, pathOf } from "./subscription-term.ts";
import { laterEndFirst, ownSubscriptions, type OwnSubscription } from "./own-subscriptions.ts";
import { clientStateOf, notificationUrl, signerOf } from "./watch-address.ts";
import { WatchFailures, type WatchFailuresOptions } from "./watch-failures.ts";
import { errorOf } from "./watch-transitions.ts";

export interface WatchSubscriptionsOptions extends WatchFailuresOptions {
  connectionId: string;
  subscriptions: Subscriptions;
  keyring: Pick<WatchKeyring, "current">;
  sessionSecret: SessionSecret;
  /** In [0, 1), the same for all watches of the connection. */
  spread: number;
}

/** What a watch asks of Graph: one subscription that is made, prolonged, found again and deleted. */
export class WatchSubscriptions {
  readonly #options: WatchSubscriptionsOptions;
  readonly #failures: WatchFailures;

  constructor(options: WatchSubscriptionsOptions) {
    this.#options = options;
    this.#failures = new WatchFailures(options);
  }

  /** Asks for a subscription, or finds the one that an earlier request made whose answer was lost. */
  async create(id: string): Promise<void> {
    const row = this.#row(id);
    if (row?.state !== "pending" && row?.state !== "blocked") return;
    if (row.subscription_id !== null) return this.renew(id);
    if (row.asked_at !== null && (await this.#adopt(row)) !== "none") return;
    this.#lengthen(id);
    await this.#ask(id);
  }

  async #ask(id: string): Promise<void> {
    const { state, connectionId, subscriptions, transitions, sessionSecret, publicOrigin, now } =
      this.#options;
    for (;;) {
      const row = this.#row(id);
      if (row === undefined) return;
      const { ends } = state;
      const encryption = await this.#encryptionOf(row);
      if (!this.#isCurrent(row, ends)) return;
      const address = { connectionId, watch: id, incarnation: row.incarnation };
      const url = notificationUrl(publicOrigin, sessionSecret, address);
      const asked = expiryOf(row, now());
      // Written before it is sent: whoever comes after a crash looks for what it made.
      const signer = signerOf(sessionSecret);
      state.watches.update(id, {
        asked_at: now(),
        signed_by: signer,
        encrypted_for: encryption?.id ?? null,
      });
      const answer = await subscriptions.create({
        changeTypes: row.change_types,
        resource: pathOf(row),
        notificationUrl: url,
        lifecycleNotificationUrl: url,
        expiresAt: asked,
        clientState: clientStateOf(sessionSecret, address),
        encryption,
      });
      if (!this.#isCurrent(row, ends)) return this.#leave(answer);
      switch (answer.kind) {
        case "kept":
          transitions.apply(id, "created", {
            columns: this.#kept({ ...row, signed_by: signer }, answer.subscription, asked),
          });
          return;
        case "duplicate":
          if ((await this.#adopt(row)) === "none") this.#failures.trouble(row, answer.reason);
          return;
        case "invalid":
          if (this.#shorten(row)) continue;
          return this.#failures.refused(row, answer.reason);
        case "gone":
        case "quota":
          return this.#failures.refused(row, answer.reason);
        case "unvalidated":
          return this.#failures.trouble(row, answer.reason);
        case "forbidden":
          return this.#failures.forbidden(row, answer.reason);
        case "failed":
          if (answer.reason.details?.outcome !== "unknown")
            return this.#failures.failed(row, answer.reason);
          transitions.apply(id, "creation_lost", {
            columns: this.#failures.later(row, answer.reason),
            error: errorOf(answer.reason),
          });
          return;
      }
    }
  }

  /** Prolongs the subscription; what is not there any more, or is of an old secret, is made anew. */
  async renew(id: string): Promise<void> {
    const { state, subscriptions, transitions, sessionSecret, now } = this.#options;
    this.#lengthen(id);
    for (;;) {
      const row = this.#row(id);
      const subscription = row?.subscription_id ?? null;
      if (row === undefined || subscription === null) return;
      if ((row.expires_at ?? 0) <= now()) {
        transitions.apply(id, "expired");
        return;
      }
      if (row.signed_by !== signerOf(sessionSecret)) {
        const removed = await subscriptions.remove(subscription);
        if (!removed.ok) return this.#failures.failed(row, removed.error);
        transitions.apply(id, "outdated");
        return;
      }
      const { ends } = state;
      const encryption = await this.#encryptionOf(row);
      if (!this.#isCurrent(row, ends)) return;
      const asked = expiryOf(row, now());
      const answer = await subscriptions.renew(subscription, asked, encryption);
      if (!this.#isCurrent(row, ends)) return;
      switch (answer.kind) {
        case "kept":
          transitions.apply(id, "renewed", {
            columns: {
              ...this.#kept(row, answer.subscription, asked),
              ...defined({ encrypted_for: encryption?.id }),
            },
          });
          return;
        case "gone":
          transitions.apply(id, "gone");
          return;
        case "invalid":
          if (this.#shorten(row)) continue;
          // Graph took this very form before: it may again, and until it ends nothing is lost.
          if (row.state === "active") return this.#failures.trouble(row, answer.reason);
          return this.#failures.refused(row, answer.reason);
        case "quota":
          return this.#failures.refused(row, answer.reason);
        case "forbidden":
          return this.#failures.forbidden(row, answer.reason);
        case "duplicate":
        case "unvalidated":
          return this.#failures.trouble(row, answer.reason);
        case "failed":
          return this.#failures.failed(row, answer.reason);
      }
    }
  }

  /** Sees whether Graph still has it. */
  async check(id: string): Promise<void> {
    const { state, subscriptions, transitions, now } = this.#options;
    const row = this.#row(id);
    const subscription = row?.subscription_id ?? null;
    if (row === undefined || subscription === null) return;
    const { ends } = state;
    const answer = await subscriptions.get(subscription);
    if (!this.#isCurrent(row, ends)) return;
    if (answer.kind === "gone") {
      transitions.apply(id, "gone");
    } else if (answer.kind === "kept") {
      transitions.apply(id, "found", { columns: { check_at: checkAt(row, now()) } });
    } else {
      // Whatever keeps us from asking, the renewal meets it too, and says so.
      const { retry_at: at, attempts } = this.#failures.later(row, answer.reason);
      state.watches.update(id, { check_at: at, attempts });
    }
  }

  /** Deletes subscriptions at Graph, as far as it can be reached. */
  async remove(ids: readonly string[]): Promise<void> {
    const { subscriptions } = this.#options;
    await Promise.all(ids.map((id) => subscriptions.remove(id)));
  }

  /**
   * Keeps the subscription of ours that Graph has, and deletes others of the same watch and of those that
   * were given up. One with another address is never touched.
   *
   * @returns `none` where Graph has none for this address
   */
  async #adopt(row: WatchRow): Promise<"done" | "none"> {
    const { state, subscriptions, transitions, now } = this.#options;
    const { ends } = state;
    const listed = await subscriptions.list();
    if (!this.#isCurrent(row, ends)) return "done";
    if (!listed.ok) {
      // What came of the first request is still not known.
      this.#failures.failed(row, listed.error, { asked_at: row.asked_at });
      return "done";
    }
    const own = await ownSubscriptions(listed.value, this.#options);
    if (!this.#isCurrent(row, ends)) return "done";
    const watches = new Set(state.watches.list().map(({ id }) => id));
    const isWanted = ({ watch, incarnation }: OwnSubscription) =>
      watch === row.id && incarnation === row.incarnation;
    const [found, ...doubles] = own
      .filter(isWanted)
      .map(({ subscription }) => subscription)
      .toSorted(laterEndFirst);
    // Of watches that were given up too: Graph takes no second one of the same beside them.
    const spent = own
      .filter((one) => !isWanted(one) && (one.watch === row.id || !watches.has(one.watch)))
      .map(({ subscription }) => subscription);
    await this.remove([...doubles, ...spent].map(({ id }) => id));
    if (!this.#isCurrent(row, ends)) return "done";
    if (found === undefined) {
      state.watches.update(row.id, { asked_at: null });
      return "none";
    }
    const asked = expiryOf(row, row.asked_at ?? now());
    transitions.apply(row.id, "created", { columns: this.#kept(row, found, asked) });
    return "done";
  }

  /** What Graph made for a watch that was given up meanwhile. */
  async #leave(answer: SubscriptionAnswer): Promise<void> {
    if (answer.kind === "kept") await this.remove([answer.subscription.id]);
  }

  /** Every renewal brings the certificate: a subscription has that of before for one more life at most. */
  async #encryptionOf({ include_data }: WatchRow): Promise<SubscriptionEncryption | undefined> {
    return include_data ? await this.#options.keyring.current() : undefined;
  }

  #row(id: string): WatchRow | undefined {
    const { state } = this.#options;
    return state.exists ? state.watches.read(id) : undefined;
  }

  /** Whether an answer is still about this subscription of this watch of this sign-in. */
  #isCurrent({ id, incarnation }: WatchRow, ends: number): boolean {
    return this.#options.state.ends === ends && this.#row(id)?.incarnation === incarnation;
  }

  #kept(row: WatchRow, subscription: GraphSubscription, asked: number): WatchColumns {
    const { now, spread, sessionSecret } = this.#options;
    return {
      ...keptColumns(row, subscription, { asked, confirmed: now(), spread }),
      signed_by: row.signed_by ?? signerOf(sessionSecret),
    };
  }

  /** Lets the longest life be asked for once more, and not by every attempt of one renewal. */
  #lengthen(id: string): void {
    const { state, now } = this.#options;
    const row = this.#row(id);
    if (row === undefined || row.lifetime === 0 || row.attempts > 0) return;
    if (asksLongestAgain(row.confirmed_at, now())) {
      state.watches.update(id, { lifetime: 0 });
    }
  }

  /** @returns false when no shorter life is left to ask for */
  #shorten(row: WatchRow): boolean {
    const next = row.lifetime + 1;
    if (next >= lifetimesOf(row).length) return false;
    this.#options.state.watches.update(row.id, { lifetime: next });
    return true;
  }
}
