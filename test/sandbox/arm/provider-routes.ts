import { queryParameter } from "../query-parameter.ts";
import { presentAliases } from "./aliases.ts";
import { failure, invalidNamespace, ok, subscriptionNotFound, type Answer } from "./answer.ts";
import { answerPage } from "./list.ts";
import { findProvider, presentType, type Provider, providers } from "./providers.ts";
import { presentPermissions } from "./provider-permissions.ts";
import { type Call, type Route, route } from "./router.ts";
import type { RegistrationState, Subscription } from "./state.ts";

const type = "Microsoft.Resources/subscriptions/providers";

/** @param aliases whether `$expand=resourceTypes/aliases` was asked for */
const presentTypes = (provider: Provider, aliases: boolean) =>
  provider.types.map((each) => ({
    ...presentType(each),
    ...(aliases && { aliases: presentAliases(each) }),
  }));

/** Whether aliases are asked for, or the 400 for any other `$expand`. */
function readExpand(url: URL): boolean | Answer {
  const expand = (queryParameter(url, "$expand") ?? "").toLowerCase();
  const parts = expand
    .split(",")
    .map((part) => part.trim())
    .filter(Boolean);
  const unknown = parts.find((part) => part !== "resourcetypes/aliases" && part !== "metadata");
  if (unknown === undefined) return parts.includes("resourcetypes/aliases");
  return failure(
    400,
    "InvalidExpandInQueryString",
    `Invalid $expand '${unknown}' specified in the query string.`,
  );
}

/** Answers with what was asked to be expanded. */
function expanded(url: URL, answer: (aliases: boolean) => Answer): Answer {
  const aliases = readExpand(url);
  return typeof aliases === "boolean" ? answer(aliases) : aliases;
}

/** A provider as a subscription sees it. */
function presentProvider(
  { subscriptionId }: Subscription,
  provider: Provider,
  registrationState: RegistrationState,
  aliases = false,
) {
  return {
    id: `/subscriptions/${subscriptionId}/providers/${provider.namespace}`,
    namespace: provider.namespace,
    registrationPolicy: provider.policy,
    resourceTypes: presentTypes(provider, aliases),
    registrationState,
  };
}

/** A provider as a tenant sees it: nothing is registered there. */
const presentForTenant = (provider: Provider, aliases: boolean) => ({
  id: `/providers/${provider.namespace}`,
  namespace: provider.namespace,
  registrationPolicy: provider.policy,
  resourceTypes: presentTypes(provider, aliases),
});

type ProviderCall = Call<"subscriptionId" | "namespace">;

function withProvider(
  { state, params }: ProviderCall,
  answer: (subscription: Subscription, provider: Provider) => Answer,
): Answer {
  const subscription = state.subscription(params.subscriptionId);
  if (!subscription) return subscriptionNotFound(params.subscriptionId);
  const provider = findProvider(params.namespace);
  return provider ? answer(subscription, provider) : invalidNamespace(params.namespace);
}

/**
 * Registering takes a while: the answer says what began (`Registering`, `Unregistering`), the
 * provider's next GET shows it done.
 */
const change =
  (began: RegistrationState, done: RegistrationState) =>
  (call: ProviderCall): Answer =>
    withProvider(call, (subscription, provider) => {
      const before = call.state.registration(subscription, provider.namespace);
      const unchanged = before === done || provider.policy === "RegistrationFree";
      if (!unchanged) subscription.registrations.set(provider.namespace.toLowerCase(), began);
      return ok(presentProvider(subscription, provider, unchanged ? before : began));
    });

const finished: Record<RegistrationState, RegistrationState> = {
  Registered: "Registered",
  NotRegistered: "NotRegistered",
  Registering: "Registered",
  Unregistering: "NotRegistered",
};

function showProvider(call: ProviderCall): Answer {
  return withProvider(call, (subscription, provider) => {
    const state = finished[call.state.registration(subscription, provider.namespace)];
    subscription.registrations.set(provider.namespace.toLowerCase(), state);
    return expanded(call.url, (aliases) =>
      ok(presentProvider(subscription, provider, state, aliases)),
    );
  });
}

const base = "subscriptions/{subscriptionId}/providers";

export const providerRoutes: readonly Route[] = [
  route(
    "providers",
    { type: "Microsoft.Resources/providers", versions: "gateway" },
    {
      GET: (call) =>
        expanded(call.url, (aliases) =>
          answerPage(
            call,
            providers.map((each) => presentForTenant(each, aliases)),
          ),
        ),
    },
  ),
  route(
    "providers/{namespace}",
    { type: "Microsoft.Resources/providers", versions: "gateway" },
    {
      GET: ({ params, url }) => {
        const provider = findProvider(params.namespace);
        if (!provider) return invalidNamespace(params.namespace);
        return expanded(url, (aliases) => ok(presentForTenant(provider, aliases)));
      },
    },
  ),
  route(
    base,
    { type, versions: "gateway" },
    {
      GET: (call) => {
        const subscription = call.state.subscription(call.params.subscriptionId);
        if (!subscription) return subscriptionNotFound(call.params.subscriptionId);
        const present = (aliases: boolean) => (provider: Provider) =>
          presentProvider(
            subscription,
            provider,
            call.state.registration(subscription, provider.namespace),
            aliases,
          );
        return expanded(call.url, (aliases) => answerPage(call, providers.map(present(aliases))));
      },
    },
  ),
  route(`${base}/{namespace}`, { type, versions: "gateway" }, { GET: showProvider }),
  route(
    `${base}/{namespace}/resourceTypes`,
    { type, versions: "gateway" },
    {
      GET: (call) =>
        withProvider(call, (_, provider) =>
          expanded(call.url, (aliases) => ok({ value: presentTypes(provider, aliases) })),
        ),
    },
  ),
  route(
    `${base}/{namespace}/providerPermissions`,
    { type: `${type}/providerPermissions`, versions: "gateway" },
    {
      GET: (call) =>
        withProvider(call, (_, provider) => ok({ value: presentPermissions(provider) })),
    },
  ),
  route(
    `${base}/{namespace}/register`,
    { type: `${type}/register`, versions: "gateway" },
    { POST: change("Registering", "Registered") },
  ),
  route(
    `${base}/{namespace}/unregister`,
    { type: `${type}/unregister`, versions: "gateway" },
    { POST: change("Unregistering", "NotRegistered") },
  ),
];
