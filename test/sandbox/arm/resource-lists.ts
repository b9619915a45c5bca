import { queryParameter } from "../query-parameter.ts";
import { type Answer, failure, invalidFilter, resourceGroupNotFound } from "./answer.ts";
import { asksForTags, isTagFilter, parseFilter, passesWithTags } from "./filter.ts";
import { answerPage } from "./list.ts";
import { presentEntry } from "./present-resource.ts";
import { namePath, typePath } from "./resource-id.ts";
import { type Call, type Route, route } from "./router.ts";
import type { Resource } from "./state.ts";

const EXPANDABLE = new Set(["createdtime", "changedtime", "provisioningstate"]);

const readers: Record<string, (resource: Resource) => string | undefined> = {
  location: ({ location }) => location,
  resourceType: (resource) => `${resource.namespace}/${typePath(resource)}`,
  name: namePath,
  resourceGroup: ({ group }) => group,
  "plan/publisher": ({ content }) => text(content.plan?.["publisher"]),
  "plan/product": ({ content }) => text(content.plan?.["product"]),
  "plan/name": ({ content }) => text(content.plan?.["name"]),
  "identity/principalId": ({ content }) => text(content.identity?.["principalId"]),
};

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

const filterable = [...Object.keys(readers), "tagName", "tagValue"];

function answerList(call: Call, resources: readonly Resource[]): Answer {
  const source = queryParameter(call.url, "$filter");
  const expand = new Set(
    (queryParameter(call.url, "$expand") ?? "")
      .split(",")
      .map((name) => name.trim().toLowerCase())
      .filter(Boolean),
  );
  const unknown = [...expand].find((name) => !EXPANDABLE.has(name));
  if (unknown !== undefined)
    return failure(
      400,
      "InvalidExpandInQueryString",
      `Invalid $expand '${unknown}' specified in the query string.`,
    );
  if (!source)
    return answerPage(
      call,
      resources.map((each) => presentEntry(each, { withTags: true, expand })),
      { emptyPage: true },
    );
  const parsed = parseFilter(source, filterable);
  if (!parsed.ok) return invalidFilter(source);
  const { filter } = parsed;
  const withTags = !asksForTags(filter);
  if (!withTags && !isTagFilter(filter)) return invalidFilter(source);
  const found = resources.filter((each) =>
    passesWithTags(filter, (property) => readers[property]?.(each), each.tags),
  );
  return answerPage(
    call,
    found.map((each) => presentEntry(each, { withTags, expand })),
    { emptyPage: true },
  );
}

export const resourceListRoutes: readonly Route[] = [
  route(
    "subscriptions/{subscriptionId}/resources",
    { type: "Microsoft.Resources/subscriptions/resources", versions: "gateway" },
    { GET: (call) => answerList(call, call.state.resources(call.params.subscriptionId)) },
  ),
  route(
    "subscriptions/{subscriptionId}/resourcegroups/{group}/resources",
    { type: "Microsoft.Resources/subscriptions/resourceGroups/resources", versions: "gateway" },
    {
      GET: (call) => {
        const { subscriptionId, group } = call.params;
        const found = call.state.group(subscriptionId, group);
        return found
          ? answerList(call, call.state.resources(subscriptionId, found.name))
          : resourceGroupNotFound(group);
      },
    },
  ),
];
