import type { Caller } from "../../world.ts";
import { DEFAULT_FOLDER } from "../contacts/contact-folder.ts";
import { requireMailbox } from "../mail/mailbox.ts";
import { nameOf, ownerFor, requirePerson, userNotFound } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { schemeOf } from "../permissions.ts";
import type { GraphState } from "../state.ts";
import { expiryOf, mostMinutesOf, resourceRules } from "./resource-rules.ts";
import { changeTypesOf } from "./subscription.ts";
import type { Subscription, WatchedKind } from "./subscription.ts";
import type { WatchedResource } from "./watched-resource.ts";
import { invalidRequest, passingOn, workloadRefusal } from "./workload-refusal.ts";
import type { Operation } from "./workload-refusal.ts";
import { GraphError } from "../graph-error.ts";

/**
 * Throws 403 unless the caller's token holds a permission for subscriptions to this; who may read the
 * basics alone is sent no resource data.
 */
export function requireSubscriber(
  caller: Caller,
  { kind, includeResourceData: rich }: Pick<Subscription, "kind" | "includeResourceData">,
  operation: Operation = "Create",
): void {
  const scheme = schemeOf(caller);
  const held = scheme === "application" ? caller.roles : caller.scopes;
  const enough = resourceRules[kind].permissions[scheme].filter(
    (name) => rich !== true || !name.includes("ReadBasic"),
  );
  if (!enough.some((name) => held.has(name)))
    throw workloadRefusal(403, "Access is denied. Check credentials and try again.", operation);
}

function ownerByDrive(state: GraphState, tenantId: string, driveId: string): Owner {
  const owners = state
    .directory(tenantId)
    .users.values()
    .map(({ id }) => ownerFor(state, tenantId, id))
    .filter(({ guest }) => !guest);
  const owner = owners.find((one) => state.drive(one).id === driveId);
  if (owner === undefined)
    throw new GraphError(404, "itemNotFound", "The resource could not be found.");
  return owner;
}

function ownerNamed(
  state: GraphState,
  caller: Caller,
  owner: WatchedResource["owner"],
): Owner | undefined {
  const { tenantId } = caller;
  switch (owner.by) {
    case "all":
      return undefined;
    case "me":
      requirePerson(caller);
      return ownerFor(state, tenantId, state.graphIdOf(caller));
    case "user": {
      const entry = state.directory(tenantId).find(owner.key);
      if (entry === undefined) throw userNotFound(owner.key);
      return ownerFor(state, tenantId, entry.id);
    }
    case "drive":
      return ownerByDrive(state, tenantId, owner.key);
  }
}

/** Key of the folder that is watched; null: every one. `me/contacts` are those of the default one. */
function folderWatched(
  state: GraphState,
  owner: Owner,
  { kind, folder }: Pick<WatchedResource, "kind" | "folder">,
): string | null {
  if (kind === "contact") return state.contacts(owner).folder(folder ?? DEFAULT_FOLDER).key;
  return kind === "message" && folder !== undefined
    ? state.mailbox(owner).folder(folder).key
    : null;
}

/**
 * Who and what is watched. Throws 400 for `me` without a person, 404 for what is not there, 403 where
 * a person asks for another's things.
 */
export function watchedBy(
  state: GraphState,
  caller: Caller,
  { kind, owner: by, folder }: WatchedResource,
): Pick<Subscription, "kind" | "owner" | "folder"> {
  return passingOn("Create", () => {
    const owner = ownerNamed(state, caller, by);
    if (owner === undefined || kind === "user")
      return { kind, owner: owner === undefined ? null : nameOf(owner), folder: null };
    if (caller.kind === "user" && owner.objectId !== caller.objectId)
      throw workloadRefusal(403, "Access is denied. Check credentials and try again.");
    if (kind === "driveItem") state.drive(owner);
    else requireMailbox(owner);
    return { kind, owner: nameOf(owner), folder: folderWatched(state, owner, { kind, folder }) };
  });
}

/** Throws 400 for a word that is no type of change, or none that the resource has. */
export function requireChangeTypes(kind: WatchedKind, text: string): void {
  const known: readonly string[] = resourceRules[kind].changeTypes;
  const types = changeTypesOf(text);
  if (types.some((type) => !known.includes(type)) || new Set(types).size < types.length)
    throw invalidRequest(`Invalid 'changeType' attribute: '${text}'.`);
}

/** When a subscription ends that is wanted until a moment. Throws 400 for one too far, or past. */
export function requireExpiry(
  state: GraphState,
  kind: WatchedKind,
  wanted: string,
  rich: boolean,
): number {
  const { now, settings } = state.world;
  const most = mostMinutesOf(kind, rich, settings.outlook_subscription_min);
  if (Date.parse(wanted) <= now())
    throw invalidRequest("Subscription expiration must be in the future.");
  const expiry = expiryOf(Date.parse(wanted), now(), most);
  if (expiry === undefined)
    throw new GraphError(
      400,
      "ExtensionError",
      `Subscription expiration can only be ${most} minutes in the future.`,
    );
  return expiry;
}

/** Throws 403 where as many subscriptions live as there may be. */
export function requireQuota(state: GraphState, asked: Subscription): void {
  const { quota } = resourceRules[asked.kind];
  const most = state.world.settings.subscription_quota ?? quota.most;
  const isOutlook = (kind: WatchedKind) => resourceRules[kind].quota.of === "mailbox";
  const alike = state.subscriptions
    .all()
    .filter((one) =>
      quota.of === "mailbox"
        ? isOutlook(one.kind) && one.owner === asked.owner
        : one.kind === asked.kind &&
          one.tenantId === asked.tenantId &&
          one.applicationId === asked.applicationId,
    );
  if (alike.length < most) return;
  const place = asked.resource.replace(/\?.*$/s, "").toUpperCase();
  throw workloadRefusal(
    403,
    quota.of === "mailbox"
      ? `The mailbox has reached its limit of '${most}' subscriptions.`
      : `App '${asked.applicationId}' has reached its limit of '${most}' '${place}' subscription on tenant '${asked.tenantId}'.`,
  );
}
