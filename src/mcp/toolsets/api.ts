import * as z from "zod";
import { subscriptionId, textOf } from "../../api/fields.ts";
import { getProvider, listProviders } from "../../api/subscriptions.ts";
import type { Provider } from "../../contract/azure-types.ts";
import { defined } from "../../contract/defined.ts";
import { AzureError, failure, invalidField } from "../../contract/errors.ts";
import { isPermissionHeld } from "../../graph/permission-held.ts";
import { writeJson } from "../../http/json.ts";
import {
  callMicrosoft,
  checkedCall,
  scopeOf,
  type MicrosoftCall,
} from "../../operations/microsoft-call.ts";
import { operationAt, searchGraph } from "../api-index/graph.ts";
import { searchProviders, typesOf } from "../api-index/providers.ts";
import { cut, textsOf } from "../fields.ts";
import { confirm, tool } from "../tool.ts";
import type { ToolCall } from "../tool-call.ts";

const service = z.enum(["graph", "azure"]).default("graph");
const method = z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET");
const path = textOf(2_048).meta({ description: "/me/messages" });
/** Operations that a search gives. */
const mostFound = 5;

const search = tool({
  name: "api_search",
  toolset: "api",
  title: "Search Microsoft's API",
  description:
    "By plain words: operations of Graph; with subscription_id, types of Azure resources.",
  scope: "connections:read",
  input: { query: textOf(256), subscription_id: subscriptionId.optional() },
  output: z.object({ items: z.array(z.looseObject({ method: z.string(), path: z.string() })) }),
  run: async (call, { query, subscription_id: id }) => {
    if (id === undefined) return { items: searchGraph(query, mostFound) };
    return { items: searchProviders(await providersOf(call, id), id, query, mostFound) };
  },
});

/** All of them: a list of a hundred or so, in one page. */
async function providersOf(call: ToolCall, id: string): Promise<Provider[]> {
  const found: Provider[] = [];
  let cursor: string | undefined;
  do {
    const query = { subscriptionId: id, top: 100, ...defined({ cursor }) };
    const page = await call.operation(listProviders, query);
    found.push(...page.data);
    cursor = page.nextCursor;
  } while (cursor !== undefined && found.length < 1_000);
  return found;
}

const describe = tool({
  name: "api_describe",
  toolset: "api",
  title: "Describe an operation",
  description: "Graph: the permission, and whether it is granted. Azure: api-versions of a type.",
  scope: "connections:read",
  input: { service, method, path },
  output: z.looseObject({ method: z.string(), path: z.string() }),
  run: async (call, input) =>
    input.service === "graph" ? describeGraph(call, input) : describeAzure(call, input),
});

interface Described {
  method: string;
  path: string;
}

async function describeGraph(call: ToolCall, asked: Described) {
  const operation = operationAt(asked.method, asked.path);
  if (operation === undefined) {
    throw new AzureError(failure("not_found", "No such operation is listed: try api_search."));
  }
  const { permission, names } = operation;
  const { connection } = await call.context();
  const info = await connection.info();
  const held = info.ok ? (info.value.roles ?? info.value.scopes) : [];
  const granted = permission !== undefined && isPermissionHeld(held, permission);
  return {
    method: operation.method,
    path: operation.path,
    needs_scope: scopeOf({
      service: "graph",
      method: method.parse(asked.method),
      path: asked.path,
    }),
    parameters: [...operation.path.matchAll(/\{([^}]+)\}/g)].map(([, name = ""]) => name),
    ...(permission !== undefined && { permission, granted }),
    ...(names.length > 0 && { examples: names }),
  };
}

async function describeAzure(call: ToolCall, asked: Described) {
  const parts = /^\/subscriptions\/([^/]+)(?:\/.*)?\/providers\/([^/]+)\/([^/]+)/i.exec(asked.path);
  const [, id, namespace, type] = parts ?? [];
  if (id === undefined || namespace === undefined || type === undefined) {
    const expected = "must be /subscriptions/{id}/…/providers/{namespace}/{type}/…";
    throw new AzureError(invalidField("path", expected));
  }
  const provider = await call.operation(getProvider, { subscriptionId: id, namespace });
  const found = typesOf(provider).find(
    ({ resourceType }) => resourceType.toLowerCase() === type.toLowerCase(),
  );
  if (found === undefined) {
    throw new AzureError(failure("not_found", `${namespace} has no type ${type}: try api_search.`));
  }
  return {
    ...asked,
    needs_scope: scopeOf({
      service: "azure",
      method: method.parse(asked.method),
      path: asked.path,
    }),
    type: `${namespace}/${found.resourceType}`,
    api_versions: textsOf(found.apiVersions).slice(0, 10),
    locations: textsOf(found.locations).slice(0, 60),
  };
}

const callAny = tool({
  name: "api_call",
  toolset: "api",
  title: "Call Microsoft's API",
  description: "Any operation, as the person, who is asked first unless it is GET.",
  scope: "connections:read",
  destructive: true,
  openWorld: true,
  input: {
    service,
    method,
    path,
    query: z.record(z.string(), z.string()).optional().meta({ description: "$top, api-version" }),
    body: z
      .record(z.string(), z.unknown())
      .refine((body) => writeJson(body, "body").ok, "cannot be written as JSON")
      .optional(),
    beta: z.boolean().optional(),
    confirm,
  },
  output: z.looseObject({ status: z.int() }),
  moreScope: scopeOf,
  confirms: (input) =>
    input.method === "GET" ? undefined : { question: (call) => questionFor(call, input) },
  run: async (call, { service: which, method: verb, path: at, query, body, beta }) => {
    const permission = which === "graph" ? operationAt(verb, at)?.permission : undefined;
    const { contentType, ...answer } = await callMicrosoft(await call.context(), {
      service: which,
      method: verb,
      path: at,
      version: beta === true ? "beta" : "v1.0",
      query,
      body,
      permission,
    });
    return { ...answer, ...defined({ content_type: contentType }) };
  },
});

/** Nobody is asked about what is refused anyway. @throws AzureError */
async function questionFor(call: ToolCall, input: MicrosoftCall): Promise<string> {
  checkedCall(call.session.service, input);
  return `${input.method} ${asSent(input.path)}?${withBody(input.body)}`;
}

/** The path as Microsoft gets it: no character of it can look like another. */
const asSent = (at: string): string => encodeURI(at).replaceAll("%25", "%");

/** UTF-16 units of a body that the person is shown. */
const shownOfBody = 400;

const withBody = (body: unknown): string =>
  body === undefined ? "" : ` It sends ${cut(JSON.stringify(body), shownOfBody)}`;

export const apiTools = [search, describe, callAny];
