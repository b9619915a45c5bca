import { defined } from "../contract/defined.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Scope } from "../contract/scope.ts";
import { boundedText } from "../http/bounded-text.ts";
import { gatewayTarget, isBatchPath, type GatewayMount } from "../http/gateway-path.ts";
import { parseJson, writeJson } from "../http/json.ts";
import { upstreamFailure } from "../http/upstream-error.ts";
import type { ConnectionContext, ServiceContext } from "./context.ts";
import { explained } from "./forbidden.ts";
import { admit } from "./serve.ts";

/** Any call of Graph or Azure Resource Manager, below the version. */
export interface MicrosoftCall {
  service: "graph" | "azure";
  method: HttpMethod;
  /** `/me/messages`, without a query. */
  path: string;
  /** Of Graph; default `v1.0`. */
  version?: "v1.0" | "beta" | undefined;
  query?: Readonly<Record<string, string>> | undefined;
  /** Sent as JSON. */
  body?: unknown;
  /** Graph's own headers that change an answer, such as ConsistencyLevel. */
  headers?: Readonly<Record<string, string>> | undefined;
  /** The permission that a 403 is about, where it is known. */
  permission?: string | undefined;
}

/** What Microsoft answered. */
export interface MicrosoftAnswer {
  status: number;
  /** Its JSON. */
  body?: unknown;
  /** What is no JSON, or too long: its beginning. */
  text?: string;
  truncated?: true;
  contentType?: string;
}

/** What a call needs: a batch holds calls of its own, so it counts as a write. */
export const scopeOf = ({ service, method, path }: MicrosoftCall): Scope => {
  const area = service === "graph" ? "graph" : "arm";
  const reads = method === "GET" && !isBatchPath(`https://microsoft.invalid/${path}`);
  return `${area}:${reads ? "read" : "write"}`;
};

/** UTF-16 units of JSON that are given on, and of other text, whose quotes double when it is written. */
const longestJson = 60_000;
const longestText = 40_000;

/**
 * Does any call, by the guards of the gateways: the path stays under the service's endpoint, and the
 * method says what the caller has to be allowed.
 *
 * @throws AzureError `invalid_request` naming `path`, `query` or `body`, `forbidden` without the scope or
 *   where only reading was asked for, and what Microsoft answers
 */
export async function callMicrosoft(
  context: ConnectionContext,
  call: MicrosoftCall,
): Promise<MicrosoftAnswer> {
  const { target, body } = checkedCall(context, call);
  admit(context, [scopeOf(call)]);
  const { method, headers, permission } = call;
  const answer = await context.fetcher.fetch(target, {
    method,
    redirect: "manual",
    headers: {
      accept: "application/json",
      ...headers,
      ...(body !== undefined && { "content-type": "application/json" }),
    },
    ...(body !== undefined && { body }),
  });
  if (answer.status < 400) return read(answer);
  const failure = await upstreamFailure(answer, { now: context.now(), write: method !== "GET" });
  const needs = permission === undefined ? undefined : { delegated: [permission] as const };
  throw await explained(new AzureError(failure), needs, context);
}

/**
 * Where a call goes and what it sends.
 *
 * @throws AzureError `invalid_request` naming `path`, `query` or `body`
 */
export const checkedCall = (context: Pick<ServiceContext, "config">, call: MicrosoftCall) => ({
  target: targetOf(context, call),
  body: bodyOf(call),
});

function targetOf({ config }: Pick<ServiceContext, "config">, call: MicrosoftCall): string {
  const { service, path, version = "v1.0", query = {} } = call;
  if (!path.startsWith("/") || /[?#]/.test(path)) {
    throw new AzureError(invalidField("path", "must begin with a slash and hold no query"));
  }
  if (service === "azure" && query["api-version"] === undefined) {
    throw new AzureError(invalidField("query", "needs api-version: api_describe names them"));
  }
  const { graphEndpoint, armEndpoint } = config.cloud;
  const mount: GatewayMount =
    service === "graph"
      ? { prefix: "/graph", endpoint: graphEndpoint, versions: ["v1.0", "beta"] }
      : { prefix: "/arm", endpoint: armEndpoint };
  const below = service === "graph" ? `/graph/${version}${path}` : `/arm${path}`;
  return orThrow(gatewayTarget(mount, `https://gateway.invalid${below}${queryText(query)}`));
}

/** The body as JSON. @throws AzureError `invalid_request` naming `body` */
function bodyOf({ method, body }: MicrosoftCall): string | undefined {
  if (body === undefined) return undefined;
  if (method === "GET") throw new AzureError(invalidField("body", "is nothing that GET takes"));
  return orThrow(writeJson(body, "body"));
}

function queryText(query: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(query).map(([name, value]) => {
    if (!name.isWellFormed() || !value.isWellFormed()) {
      throw new AzureError(invalidField("query", "must be well-formed Unicode"));
    }
    return `${encodeURIComponent(name).replaceAll("%24", "$")}=${encodeURIComponent(value)}`;
  });
  return pairs.length === 0 ? "" : `?${pairs.join("&")}`;
}

/** A redirect has no body worth reading, and its address is a download that needs no sign-in. */
async function read(answer: Response): Promise<MicrosoftAnswer> {
  const { status, headers } = answer;
  const contentType = headers.get("content-type") ?? undefined;
  const text = withoutPreauthenticated(await boundedText(answer));
  const json = text.length <= longestJson ? parseJson(text) : undefined;
  if (json !== undefined) return { status, body: json };
  if (text === "" || !isText(contentType)) return { status, ...defined({ contentType }) };
  return {
    status,
    text: text.slice(0, longestText).toWellFormed(),
    ...(text.length > longestText && { truncated: true as const }),
    ...defined({ contentType }),
  };
}

/**
 * Addresses that need no sign-in, of a file as items and thumbnails hold it and of an upload session: they
 * would outlive whatever was taken from their reader. Works on the text, because an answer may be cut
 * anywhere.
 */
const preauthenticated = [
  /("(?:@(?:microsoft\.graph|content)\.downloadUrl|uploadUrl)"\s*:\s*")(?:[^"\\]|\\.)*/gi,
  /(":\s*"https:\/\/[^"?]*\?)[^"]*tempauth[^"]*/gi,
];

const withoutPreauthenticated = (text: string): string =>
  preauthenticated.reduce((left, pattern) => left.replaceAll(pattern, "$1[removed]"), text);

const isText = (contentType = ""): boolean =>
  /^(?:text\/|application\/(?:\S+\+)?(?:json|xml))/i.test(contentType);
