import { invalidNamespace, ok, subscriptionNotFound, type Answer } from "./answer.ts";
import { answerPage } from "./list.ts";
import { findProvider, presentType, type Provider, providers } from "./providers.ts";
import { type Call, type Route, route } from "./router.ts";
import type { RegistrationState, Subscription } from "./state.ts";

const type = "Microsoft.Resources/subscriptions/providers";

const presentTypes = (provider: Provider) => provider.types.map(presentType);

/** A provider as a subscription sees it. */
function presentProvider(
  { subscriptionId }: Subscription,
  provider: Provider,
  registrationState: RegistrationState,
) {
  return {
    id: `/subscriptions/${subscriptionId}/providers/${provider.namespace}`,
    namespace: provider.namespace,
    registrationPolicy: provider.policy,
    resourceTypes: presentTypes(provider),
    registrationState,
  };
}

/** A provider as a tenant sees it: nothing is registered there. */
const presentForTenant = (provider: Provider) => ({
  id: `/providers/${provider.namespace}`,
  namespace: provider.namespace,
  registrationPolicy: provider.policy,
  resourceTypes: presentTypes(provider),
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
    return ok(presentProvider(subscription, provider, state));
  });
}

const base = "subscriptions/{subscriptionId}/providers";

export const providerRoutes: readonly Route[] = [
  route(
    "providers",
    { type: "Microsoft.Resources/providers", versions: "gateway" },
    { GET: (call) => answerPage(call, providers.map(presentForTenant)) },
  ),
  route(
    "providers/{namespace}",
    { type: "Microsoft.Resources/providers", versions: "gateway" },
    {
      GET: ({ params }) => {
        const provider = findProvider(params.namespace);
        return provider ? ok(presentForTenant(provider)) : invalidNamespace(params.namespace);
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
        const present = (provider: Provider) =>
          presentProvider(
            subscription,
            provider,
            call.state.registration(subscription, provider.namespace),
          );
        return answerPage(call, providers.map(present));
      },
    },
  ),
  route(`${base}/{namespace}`, { type, versions: "gateway" }, { GET: showProvider }),
  route(
    `${base}/{namespace}/resourceTypes`,
    { type, versions: "gateway" },
    { GET: (call) => withProvider(call, (_, provider) => ok({ value: presentTypes(provider) })) },
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
