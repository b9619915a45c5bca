import { Hono } from "hono";
import { empty, json } from "../answer.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { readPreferences } from "../mail/preferences.ts";
import { pageAt } from "../odata/page.ts";
import { badRequest, linkWith } from "../query.ts";
import { acceptedOptions, entityOptions, listRefusal } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { checkEndpoint } from "./endpoint-check.ts";
import { readCertificate, readCreation, readUpdate, requireAddress } from "./subscription-input.ts";
import type { CreateInput } from "./subscription-input.ts";
import { resourceRules } from "./resource-rules.ts";
import {
  requireChangeTypes,
  requireExpiry,
  requireQuota,
  requireSubscriber,
  watchedBy,
} from "./subscription-terms.ts";
import { isDuplicate } from "./subscription-store.ts";
import { viewSubscription } from "./subscription.ts";
import type { Subscription } from "./subscription.ts";
import { readResource } from "./watched-resource.ts";
import { invalidRequest, workloadRefusal } from "./workload-refusal.ts";
import type { Operation } from "./workload-refusal.ts";

const PAGE = 100;

/** The subscription that a path names. Throws 404 for one of another caller too. */
function named(c: GraphContext, state: GraphState): Subscription {
  const id = c.req.param("subscription") ?? "";
  const found = state.subscriptions.of(c.get("caller")).find((one) => one.id === id);
  if (found !== undefined) return found;
  throw new GraphError(404, "ResourceNotFound", "The object was not found.");
}

function answer(c: GraphContext, subscription: Subscription, status: 200 | 201 = 200): Response {
  const context = `${versionRoot(c)}/$metadata#subscriptions/$entity`;
  return json(c, { "@odata.context": context, ...viewSubscription(subscription) }, status);
}

/** Asks each address once whether it wants notifications. */
async function checkEndpoints(state: GraphState, urls: readonly (string | null)[]): Promise<void> {
  const { outbound: post, guid, settings } = state.world;
  for (const url of urls) {
    if (url !== null)
      await checkEndpoint(url, { post, guid, timeout: settings.notification_timeout_ms });
  }
}

/** What notifications with resource data need. Throws 400 for what is missing. */
function requireRichTerms(input: CreateInput, resource: ReturnType<typeof readResource>): void {
  if (resourceRules[resource.kind].mostRichMinutes === undefined)
    throw invalidRequest("'includeResourceData' is not supported for this resource.");
  if (resource.select === undefined)
    throw workloadRefusal(
      400,
      "select clause should be present in query string to support rich notifications",
    );
  if (!input.encryptionCertificate || !input.encryptionCertificateId)
    throw invalidRequest(
      "encryptionCertificate and encryptionCertificateId are required where includeResourceData is true",
    );
}

/** The subscription that a body asks for. Throws Graph's refusals; nothing is asked of an endpoint yet. */
function proposed(c: GraphContext, state: GraphState, input: CreateInput): Subscription {
  const caller = c.get("caller");
  const rich = input.includeResourceData ?? null;
  const resource = readResource(input.resource);
  requireSubscriber(caller, { kind: resource.kind, includeResourceData: rich });
  const watched = watchedBy(state, caller, resource);
  requireChangeTypes(resource.kind, input.changeType);
  if (rich === true) requireRichTerms(input, resource);
  if (input.encryptionCertificate) readCertificate(input.encryptionCertificate);
  const expiresAt = requireExpiry(state, resource.kind, input.expirationDateTime, rich === true);
  const { host } = requireAddress("notificationUrl", input.notificationUrl);
  const lifecycle = input.lifecycleNotificationUrl ?? null;
  if (lifecycle !== null && requireAddress("lifecycleNotificationUrl", lifecycle).host !== host)
    throw invalidRequest(
      "The host of 'lifecycleNotificationUrl' must be the same as the host of 'notificationUrl'.",
    );
  return {
    id: state.world.guid(),
    tenantId: caller.tenantId,
    applicationId: caller.clientId,
    creatorId: caller.objectId,
    upn: caller.user?.upn ?? null,
    resource: input.resource,
    ...watched,
    changeType: input.changeType,
    notificationUrl: input.notificationUrl,
    lifecycleNotificationUrl: lifecycle,
    clientState: input.clientState ?? null,
    expiresAt,
    includeResourceData: rich,
    encryptionCertificate: input.encryptionCertificate ?? null,
    encryptionCertificateId: input.encryptionCertificateId ?? null,
    latestSupportedTlsVersion: input.latestSupportedTlsVersion ?? "v1_2",
    immutableIds: readPreferences(c.req.header("prefer")).immutableIds,
  };
}

function requireSingle(state: GraphState, asked: Subscription): void {
  if (state.world.settings.duplicate_subscriptions) return;
  const earlier = state.subscriptions.all().find((one) => isDuplicate(one, asked));
  if (earlier !== undefined)
    throw new GraphError(
      409,
      "ObjectIdentifierInUse",
      `Subscription Id ${earlier.id} already exists for the requested combination`,
    );
}

async function create(c: GraphContext, state: GraphState): Promise<Response> {
  entityOptions(c);
  const asked = proposed(c, state, readCreation(await readJson(c)));
  const requireRoom = () => {
    requireSingle(state, asked);
    requireQuota(state, asked);
  };
  requireRoom();
  await checkEndpoints(state, [asked.notificationUrl, asked.lifecycleNotificationUrl]);
  // Another one may have come while the endpoint was asked.
  requireRoom();
  state.subscriptions.put(asked);
  return answer(c, asked, 201);
}

/** The addresses of a renewed subscription that have to say yes again. */
const askedAgain = (state: GraphState, before: Subscription, after: Subscription) =>
  state.world.settings.validate_on_renewal
    ? [after.notificationUrl, after.lifecycleNotificationUrl]
    : [after.notificationUrl].filter((url) => url !== before.notificationUrl);

async function renew(
  c: GraphContext,
  state: GraphState,
  operation: Operation,
  change: (before: Subscription) => Subscription,
): Promise<Subscription> {
  const before = named(c, state);
  requireSubscriber(c.get("caller"), before, operation);
  const after = change(before);
  await checkEndpoints(state, askedAgain(state, before, after));
  // It may have gone while the endpoint was asked.
  named(c, state);
  state.subscriptions.put(after);
  return after;
}

async function update(c: GraphContext, state: GraphState): Promise<Response> {
  entityOptions(c);
  named(c, state);
  const input = readUpdate(await readJson(c));
  const { expirationDateTime, notificationUrl } = input;
  const { encryptionCertificate, encryptionCertificateId } = input;
  const after = await renew(c, state, "Update", (before) => {
    if (notificationUrl !== undefined) requireAddress("notificationUrl", notificationUrl);
    if (encryptionCertificate) readCertificate(encryptionCertificate);
    const isRich = before.includeResourceData === true;
    if (isRich && (encryptionCertificate === null || encryptionCertificateId === null))
      throw invalidRequest("A subscription with resource data needs its certificate and its id.");
    return {
      ...before,
      ...(notificationUrl !== undefined && { notificationUrl }),
      ...(expirationDateTime !== undefined && {
        expiresAt: requireExpiry(state, before.kind, expirationDateTime, isRich),
      }),
      ...(encryptionCertificate !== undefined && { encryptionCertificate }),
      ...(encryptionCertificateId !== undefined && { encryptionCertificateId }),
    };
  });
  return answer(c, after);
}

function list(c: GraphContext, state: GraphState): Response {
  const { $skiptoken = "0" } = acceptedOptions(c, {
    accepted: ["$skiptoken"],
    refuse: listRefusal("BadRequest"),
  });
  if (!/^\d+$/.test($skiptoken)) throw badRequest("Invalid skip token.");
  const size = state.world.settings.page_size ?? PAGE;
  const page = pageAt(state.subscriptions.of(c.get("caller")), Number($skiptoken), size);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#subscriptions`,
    // Microsoft: a list may be read by others than those who know the secret.
    value: page.items.map((one) => ({ ...viewSubscription(one), clientState: null })),
    ...(page.next !== undefined && {
      "@odata.nextLink": linkWith(c, "$skiptoken", String(page.next)),
    }),
  });
}

/** /subscriptions: what changes the caller is told of. */
export function subscriptionRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get("/subscriptions", (c) => list(c, state))
    .post("/subscriptions", (c) => create(c, state))
    .get("/subscriptions/:subscription", (c) => {
      entityOptions(c);
      return answer(c, named(c, state));
    })
    .patch("/subscriptions/:subscription", (c) => update(c, state))
    .delete("/subscriptions/:subscription", (c) => {
      entityOptions(c);
      state.subscriptions.delete(named(c, state).id);
      return empty(c, 204);
    })
    .post("/subscriptions/:subscription/reauthorize", async (c) => {
      await renew(c, state, "Reauthorize", (before) => before);
      return empty(c, 204);
    });
}
