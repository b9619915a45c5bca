import type { World } from "../../world.ts";
import { Deliveries } from "./deliveries.ts";
import type { Item } from "./deliveries.ts";
import { changeNotification, isAbout, lifecycleNotification } from "./notification.ts";
import type { Notification } from "./notification.ts";
import { changesPlayed, Played } from "./notification-play.ts";
import type { Play } from "./notification-play.ts";
import type { ResourceChange } from "./resource-change.ts";
import { resourceRules } from "./resource-rules.ts";
import type { SubscriptionStore } from "./subscription-store.ts";
import type { Subscription } from "./subscription.ts";

const withWrongState = (item: Item): Item => ({
  ...item,
  notification: { ...item.notification, clientState: "not-the-state-of-this-subscription" },
});

/** Tells subscribers of changes to what they watch, and of their subscriptions. */
export class Notifier {
  readonly #world: World;
  readonly #store: SubscriptionStore;
  readonly #deliveries: Deliveries;
  readonly #plays = new Map<string, Played<Item>>();

  constructor(world: World, store: SubscriptionStore) {
    this.#world = world;
    this.#store = store;
    this.#deliveries = new Deliveries(world, (items) => this.#lost(items));
  }

  changed(change: ResourceChange): void {
    for (const subscription of this.#store.all()) {
      if (!isAbout(subscription, change)) continue;
      const notification = changeNotification(subscription, change, this.#world.now());
      if (notification !== undefined) this.#notify({ subscription, notification });
    }
  }

  #notify(item: Item): void {
    const { subscription } = item;
    // Of a drive that changed twice it is told once.
    const says = ({ notification }: Item) => JSON.stringify(notification);
    const isSaid = (waiting: Item) => says(waiting) === says(item);
    const waiting = this.#deliveries.waitingFor(subscription.id);
    if (subscription.kind === "driveItem" && waiting.some(isSaid)) return;
    const play = this.#plays.get(subscription.id);
    const items = play === undefined ? [item] : play.next(item, withWrongState);
    if (items === undefined) return;
    this.#plays.delete(subscription.id);
    if (items.length > 0) this.#deliveries.addChanges(subscription.notificationUrl, items);
  }

  /**
   * Has something happen to a subscription's notifications.
   * @returns what is wrong with it: there is no such subscription, or nobody to tell
   */
  play(play: Play): string | undefined {
    const subscription = this.#store.byId(play.subscription);
    if (subscription === undefined) return "subscription: there is none with this id";
    const { lifecycle } = play;
    if (lifecycle !== undefined) {
      if (subscription.lifecycleNotificationUrl === null)
        return "lifecycle: the subscription has no lifecycleNotificationUrl";
      this.#tell(subscription, lifecycle);
      if (lifecycle === "subscriptionRemoved") this.#store.delete(subscription.id);
    }
    if (changesPlayed(play)) {
      const held = this.#plays.get(subscription.id)?.held ?? [];
      if (held.length > 0) this.#deliveries.addChanges(subscription.notificationUrl, held);
      this.#plays.set(subscription.id, new Played(play));
    }
    return undefined;
  }

  /** Ends what was made in the name of a person whose sign-ins are revoked. */
  revoke(upn: string): void {
    for (const subscription of this.#store.all().filter((one) => one.upn === upn)) {
      this.#store.delete(subscription.id);
      if (resourceRules[subscription.kind].tellsLoss)
        this.#tell(subscription, "subscriptionRemoved");
    }
  }

  /** Looks at the clock again, which may have been moved. */
  wake(): void {
    this.#deliveries.wake();
  }

  clear(): void {
    this.#plays.clear();
    this.#deliveries.clear();
  }

  #tell(subscription: Subscription, word: string): void {
    const url = subscription.lifecycleNotificationUrl;
    if (url === null) return;
    const notification: Notification = lifecycleNotification(subscription, word);
    this.#deliveries.addWord(url, { subscription, notification });
  }

  /** Outlook says that changes were missed; of a word that was lost nothing is said. */
  #lost(items: readonly Item[]): void {
    const missed = items.filter(
      ({ subscription, notification }) =>
        notification.lifecycleEvent === undefined && resourceRules[subscription.kind].tellsLoss,
    );
    const byId = new Map(missed.map(({ subscription }) => [subscription.id, subscription]));
    for (const subscription of byId.values()) this.#tell(subscription, "missed");
  }
}
