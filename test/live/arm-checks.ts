import { firstOf, fixed, type Check } from "./check.ts";

const subscriptions = "/subscriptions?api-version=2022-12-01";

/** Below the first subscription. */
const below = (name: string, path: (subscription: string) => string): Check => ({
  name: `ARM: ${name}`,
  service: "arm",
  async question(ask) {
    const id = firstOf(await ask({ path: subscriptions }), "subscriptionId");
    return id === undefined ? undefined : { path: path(`/subscriptions/${id}`) };
  },
});

export const armChecks: readonly Check[] = [
  fixed("arm", "ARM: subscriptions", { path: subscriptions }),
  fixed("arm", "ARM: tenants", { path: "/tenants?api-version=2022-12-01" }),
  fixed("arm", "ARM: no token", { path: subscriptions, token: "none" }),
  fixed("arm", "ARM: a token that is none", { path: subscriptions, token: "broken" }),
  fixed("arm", "ARM: no version", { path: "/subscriptions" }),
  fixed("arm", "ARM: a version that is none", { path: "/subscriptions?api-version=1999-01-01" }),
  fixed("arm", "ARM: a subscription that is none", {
    path: "/subscriptions/00000000-0000-0000-0000-0000000000cc?api-version=2022-12-01",
  }),
  below("a subscription", (at) => `${at}?api-version=2022-12-01`),
  below("locations", (at) => `${at}/locations?api-version=2022-12-01`),
  below("resource groups", (at) => `${at}/resourcegroups?api-version=2021-04-01`),
  below(
    "a group that is none",
    (at) => `${at}/resourcegroups/no-such-group?api-version=2021-04-01`,
  ),
  below("resources", (at) => `${at}/resources?$top=3&api-version=2021-04-01`),
  below("a provider", (at) => `${at}/providers/Microsoft.Storage?api-version=2021-04-01`),
  below("a provider that is none", (at) => `${at}/providers/No.Such?api-version=2021-04-01`),
  {
    name: "ARM: resources by a query",
    service: "arm",
    question: () =>
      Promise.resolve({
        method: "POST",
        path: "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01",
        body: { query: "resources | project id, name, type | take 2" },
      }),
  },
];
