import type { World } from "../../world.ts";
import { EndpointHealth } from "./endpoint-health.ts";
import type { Notification } from "./notification.ts";
import type { Subscription } from "./subscription.ts";
import { validationToken } from "./validation-token.ts";

/** A notification and whose it is. */
export interface Item {
  subscription: Subscription;
  notification: Notification;
}

interface Delivery {
  url: string;
  items: Item[];
  /** Times in milliseconds by the sandbox's clock: of the next attempt, and after which there is none. */
  due: number;
  until: number;
  attempts: number;
}

const GIVE_UP_MS = 4 * 3_600_000;
const LONGEST_PAUSE_MS = 3_600_000;
const SLOW_DELAY_MS = 10_000;
/** Node's timers take no longer wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds until the next attempt: each pause is twice the one before. */
export const pauseAfter = (attempts: number, firstPause: number): number =>
  Math.min(firstPause * 2 ** (attempts - 1), LONGEST_PAUSE_MS);

/** Takes notifications to their endpoints: those that are due at once in one POST, again where it failed. */
export class Deliveries {
  readonly #world: World;
  readonly #lost: (items: readonly Item[]) => void;
  readonly #health = new EndpointHealth();
  #waiting: Delivery[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Changes when all is forgotten, what is under way too. */
  #age = 0;

  /** @param lost told of what nobody will try again */
  constructor(world: World, lost: (items: readonly Item[]) => void) {
    this.#world = world;
    this.#lost = lost;
  }

  /** Notifications that wait: for their first attempt or another one. */
  waitingFor(subscriptionId: string): Item[] {
    return this.#waiting
      .flatMap(({ items }) => items)
      .filter(({ subscription }) => subscription.id === subscriptionId);
  }

  /** Sends changes to an endpoint, unless it is one that gets none now. */
  addChanges(url: string, items: readonly Item[]): void {
    const now = this.#world.now();
    const state = this.#world.settings.endpoint_state ?? this.#health.stateOf(url, now);
    if (state === "drop") return this.#lost(items);
    this.#add(url, items, state === "slow" ? now + SLOW_DELAY_MS : now);
  }

  /** Sends a word about a subscription, to slow endpoints too. */
  addWord(url: string, item: Item): void {
    this.#add(url, [item], this.#world.now());
  }

  /** What is due by then to an endpoint goes in one POST. */
  #add(url: string, items: readonly Item[], due: number): void {
    const open = this.#waiting.find(
      (one) => one.url === url && one.attempts === 0 && one.due <= due,
    );
    if (open !== undefined) open.items.push(...items);
    else this.#waiting.push({ url, items: [...items], due, until: due + GIVE_UP_MS, attempts: 0 });
    this.wake();
  }

  /** Looks at the clock again, which may have been moved. */
  wake(): void {
    clearTimeout(this.#timer);
    const next = Math.min(...this.#waiting.map(({ due }) => due));
    if (next === Infinity) return;
    const wait = Math.min(Math.max(next - this.#world.now(), 0), LONGEST_TIMER_MS);
    this.#timer = setTimeout(() => this.#sendDue(), wait);
    // A program that has nothing else to do does not wait for it.
    this.#timer.unref();
  }

  clear(): void {
    this.#age += 1;
    this.#waiting = [];
    this.#health.clear();
    clearTimeout(this.#timer);
  }

  #sendDue(): void {
    const now = this.#world.now();
    const due = this.#waiting.filter((one) => one.due <= now);
    this.#waiting = this.#waiting.filter((one) => one.due > now);
    for (const delivery of due) void this.#attempt(delivery);
    this.wake();
  }

  async #attempt(delivery: Delivery): Promise<void> {
    const age = this.#age;
    if ((await this.#isTaken(delivery)) || age !== this.#age) return;
    const { settings, now } = this.#world;
    const attempts = delivery.attempts + 1;
    const due = now() + pauseAfter(attempts, settings.notification_retry_s * 1_000);
    if (due > delivery.until) return this.#lost(delivery.items);
    this.#waiting.push({ ...delivery, attempts, due });
    this.wake();
  }

  async #isTaken({ url, items }: Delivery): Promise<boolean> {
    const { outbound, settings, now } = this.#world;
    const signal = AbortSignal.timeout(settings.notification_timeout_ms);
    let status = 0;
    try {
      const response = await outbound(url, {
        method: "POST",
        headers: { "content-type": "application/json; charset=utf-8" },
        body: JSON.stringify({
          value: items.map(({ notification }) => notification),
          ...(await this.#proof(items)),
        }),
        redirect: "manual",
        signal,
      });
      ({ status } = response);
      await response.body?.cancel();
    } catch {
      // Nobody there, or nobody in time.
    }
    this.#health.record(url, { at: now(), late: signal.aborted });
    return status >= 200 && status < 300;
  }

  /** A token for each application and tenant that gets resource data. */
  async #proof(items: readonly Item[]): Promise<{ validationTokens?: string[] }> {
    const rich = items.filter(({ subscription }) => subscription.includeResourceData === true);
    if (rich.length === 0) return {};
    const audiences = new Map(
      rich.map(({ subscription: { applicationId, tenantId } }) => [
        `${applicationId} ${tenantId}`,
        { applicationId, tenantId },
      ]),
    );
    const key = await this.#world.signingKey();
    return {
      validationTokens: await Promise.all(
        [...audiences.values()].map((one) => validationToken(one, key, this.#world.now())),
      ),
    };
  }
}
