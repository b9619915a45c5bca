import type { Provider, Subscription, TagName } from "../contract/azure-types.ts";
import { apiVersion, armList, expand, subscriptionId, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const subscription = microsoft<Subscription>("azure.Subscription");
const provider = microsoft<Provider>("azure.Provider");

/** What the operations of this file share. */
const reads = {
  tag: "azure",
  scope: "arm:read",
  needs: { role: "Reader" },
  on: "connection",
  params: { id: "subscriptionId" },
} as const;

export const listSubscriptions = operation({
  ...reads,
  params: {},
  name: "listSubscriptions",
  route: "GET /subscriptions",
  summary: "Subscriptions the user can see",
  input: armList,
  form: "list",
  data: subscription,
  answer: "Azure's subscriptions.",
  over: ["http", "rpc", "client"],
  client: { of: "arm", name: "subscriptions" },
  mcp: {
    tool: "arm_list_subscriptions",
    title: "List Azure subscriptions",
    about: "Azure subscriptions that the account can see.",
  },
});

export const getSubscription = operation({
  ...reads,
  name: "getSubscription",
  route: "GET /subscriptions/{id}",
  summary: "One subscription",
  input: { subscriptionId, apiVersion },
  form: "item",
  data: subscription,
  answer: "Azure's subscription.",
  over: ["http", "client"],
  client: { of: "arm", name: "subscription", args: ["subscriptionId"] },
});

export const listProviders = operation({
  ...reads,
  name: "listProviders",
  route: "GET /subscriptions/{id}/providers",
  summary: "Resource providers of a subscription",
  input: { subscriptionId, ...armList, expand },
  form: "list",
  data: provider,
  answer: "Azure's providers.",
  over: ["http", "client"],
  client: { of: "arm", name: "providers", args: ["subscriptionId"] },
});

export const getProvider = operation({
  ...reads,
  name: "getProvider",
  route: "GET /subscriptions/{id}/providers/{namespace}",
  summary: "One resource provider: its types and their versions",
  input: { subscriptionId, namespace: textOf(128), apiVersion, expand },
  form: "item",
  data: provider,
  answer: "Azure's provider.",
  over: ["http", "client"],
  client: { of: "arm", name: "provider", args: ["subscriptionId", "namespace"] },
});

export const listTagNames = operation({
  ...reads,
  name: "listTagNames",
  route: "GET /subscriptions/{id}/tagNames",
  summary: "Names of tags in use, with their values",
  input: { subscriptionId, ...armList },
  form: "list",
  data: microsoft<TagName>("azure.TagName"),
  answer: "Azure's tag names.",
  over: ["http", "client"],
  client: { of: "arm", name: "tagNames", args: ["subscriptionId"] },
});
