import type { Caller, World } from "../../world.ts";
import { changeTypesOf } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";

type Asked = Pick<
  Subscription,
  "tenantId" | "applicationId" | "creatorId" | "resource" | "changeType" | "notificationUrl"
>;

const sameResource = (left: string, right: string) => {
  const bare = (text: string) => text.replace(/^\//, "").toLowerCase();
  return bare(left) === bare(right);
};

/** Whether a second subscription would do what the first one does. */
export function isDuplicate(left: Asked, right: Asked): boolean {
  const types = ({ changeType }: Asked) => changeTypesOf(changeType).toSorted().join();
  return (
    isMadeBy(left, right) &&
    sameResource(left.resource, right.resource) &&
    types(left) === types(right) &&
    left.notificationUrl === right.notificationUrl
  );
}

type Maker = Pick<Subscription, "tenantId" | "applicationId" | "creatorId">;

const isMadeBy = (subscription: Maker, maker: Maker) =>
  subscription.tenantId === maker.tenantId &&
  subscription.applicationId === maker.applicationId &&
  subscription.creatorId === maker.creatorId;

/** The subscriptions that live, by the sandbox's clock; each change is durable at once. */
export class SubscriptionStore {
  readonly #world: World;

  constructor(world: World) {
    this.#world = world;
  }

  all(): Subscription[] {
    const now = this.#world.now();
    return this.#world.subscriptions.all().filter(({ expiresAt }) => expiresAt > now);
  }

  /** What a caller may see: what it made, in this tenant and in the name of the same person. */
  of({ tenantId, clientId: applicationId, objectId: creatorId }: Caller): Subscription[] {
    return this.all().filter((one) => isMadeBy(one, { tenantId, applicationId, creatorId }));
  }

  byId(id: string): Subscription | undefined {
    return this.all().find((one) => one.id === id);
  }

  /** Adds one, or puts it in the place of the one with its id. */
  put(subscription: Subscription): void {
    const others = this.all().filter(({ id }) => id !== subscription.id);
    this.#world.subscriptions.replace([...others, subscription]);
  }

  /** @returns whether there was one */
  delete(id: string): boolean {
    const all = this.all();
    const left = all.filter((one) => one.id !== id);
    this.#world.subscriptions.replace(left);
    return left.length < all.length;
  }

  clear(): void {
    this.#world.subscriptions.replace([]);
  }
}
