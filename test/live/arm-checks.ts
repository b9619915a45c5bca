import { fixed, type Check, type Lookup, type Request } from "./check.ts";

const docs = "https://learn.microsoft.com/rest/api/";
/** What every request has, and how each is refused. */
const common = `${docs}azure/`;
const page = (name: string): string => `${docs}resources/${name}`;

const subscriptions = "/subscriptions?api-version=2022-12-01";
const groupsIn = (subscription: string): string =>
  `${subscription}/resourcegroups?api-version=2021-04-01`;

const arm = (name: string, source: string, request: Request): Check =>
  fixed("arm", `ARM: ${name}`, source, request);

const firstSubscription = (): Lookup => ({ path: subscriptions, member: "subscriptionId" });

/** Below the first subscription. */
const below = (
  name: string,
  source: string,
  path: (subscription: string) => string,
  method: Request["method"] = "GET",
): Check => ({
  name: `ARM: ${name}`,
  service: "arm",
  source: page(source),
  about: [firstSubscription],
  question: (id) => ({ method, path: path(`/subscriptions/${id}`) }),
});

const noGroup = (at: string): string => `${at}/resourcegroups/no-such-group?api-version=2021-04-01`;

export const armChecks: readonly Check[] = [
  arm("subscriptions", page("subscriptions/list"), { path: subscriptions }),
  arm("tenants", page("tenants/list"), { path: "/tenants?api-version=2022-12-01" }),
  arm("no token", common, { path: subscriptions, token: "none" }),
  arm("a token that is none", common, { path: subscriptions, token: "broken" }),
  arm("no version", common, { path: "/subscriptions" }),
  arm("a version that is none", common, { path: "/subscriptions?api-version=1999-01-01" }),
  arm("subscriptions by HEAD", page("subscriptions/list"), { method: "HEAD", path: subscriptions }),
  arm("a subscription that is none", page("subscriptions/get"), {
    path: "/subscriptions/00000000-0000-0000-0000-0000000000cc?api-version=2022-12-01",
  }),
  below("a subscription", "subscriptions/get", (at) => `${at}?api-version=2022-12-01`),
  below(
    "locations",
    "subscriptions/list-locations",
    (at) => `${at}/locations?api-version=2022-12-01`,
  ),
  below("resource groups", "resource-groups/list", groupsIn),
  below("a group that is none", "resource-groups/get", noGroup),
  below("a group that is none, by HEAD", "resource-groups/check-existence", noGroup, "HEAD"),
  {
    name: "ARM: a group by HEAD",
    service: "arm",
    source: page("resource-groups/check-existence"),
    about: [firstSubscription, (id) => ({ path: groupsIn(`/subscriptions/${id}`), member: "id" })],
    question: (id) => ({ method: "HEAD", path: `${id}?api-version=2021-04-01` }),
  },
  below("resources", "resources/list", (at) => `${at}/resources?$top=3&api-version=2021-04-01`),
  below(
    "a provider",
    "providers/get",
    (at) => `${at}/providers/Microsoft.Storage?api-version=2021-04-01`,
  ),
  below(
    "a provider that is none",
    "providers/get",
    (at) => `${at}/providers/No.Such?api-version=2021-04-01`,
  ),
  arm("resources by a query", `${docs}azureresourcegraph/resourcegraph/resources/resources`, {
    method: "POST",
    path: "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01",
    body: { query: "resources | project id, name, type | take 2" },
  }),
];
