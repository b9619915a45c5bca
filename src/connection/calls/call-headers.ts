import type { NamedResource } from "../../entra/resource.ts";
import { failure, lostOutcome } from "../../contract/errors.ts";
import { userAgent } from "../../http/user-agent.ts";
import { err, ok } from "../../contract/result.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";

/** Which headers cross the actor. The list of a request's is closed: what is not known is not passed. */

const requestHeaders = new Set([
  "accept",
  "accept-language",
  "client-request-id",
  "consistencylevel",
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "prefer",
  "range",
  "return-client-request-id",
  "sdkversion",
  "user-agent",
  "workbook-session-id",
]);

/** Auxiliary tokens and account keys would act for others. */
const neverForwarded = new Set(["x-ms-authorization-auxiliary", "x-ms-copy-source-authorization"]);

/** Where a call goes, and by which token. A file's storage takes none. */
export interface Addressee {
  resource: NamedResource;
  token: string | undefined;
}

/**
 * The headers a call keeps on its way to Microsoft, with the token it is given, an id by which
 * Microsoft's logs know it, and, for a caller without a user agent, our own name.
 */
export function outgoingHeaders(incoming: Headers, { resource, token }: Addressee): Headers {
  const headers = new Headers();
  for (const [name, value] of incoming) {
    const known =
      requestHeaders.has(name) || (name.startsWith("x-ms-") && !neverForwarded.has(name));
    if (known) headers.set(name, value);
  }
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  // The caller's own is kept: SharePoint identifies callers by its whole text.
  if (!headers.has("user-agent")) headers.set("user-agent", userAgent);
  identify(headers, resource);
  return headers;
}

/** Graph knows a request by `client-request-id`; ARM, vaults and storage by a name of their own. */
function identify(headers: Headers, resource: NamedResource): void {
  const given = headers.get("client-request-id");
  if (resource === "graph") {
    if (given === null) headers.set("client-request-id", crypto.randomUUID());
  } else if (!headers.has("x-ms-client-request-id")) {
    headers.set("x-ms-client-request-id", given ?? crypto.randomUUID());
    // ARM and Key Vault return it where they are asked to.
    headers.set("x-ms-return-client-request-id", "true");
  }
}

const droppedAnswers = new Set([
  // Of one hop, or between one client and one server.
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "transfer-encoding",
  "upgrade",
  "www-authenticate",
  // What a browser keeps about a whole host: from a gateway it would keep it about ours.
  "accept-ch",
  "alt-svc",
  "clear-site-data",
  "critical-ch",
  "expect-ct",
  "nel",
  "origin-agent-cluster",
  "p3p",
  "public-key-pins",
  "public-key-pins-report-only",
  "report-to",
  "reporting-endpoints",
  "service-worker-allowed",
  "set-cookie",
  "set-login",
  "strict-transport-security",
  // What a page of Microsoft's may load, be framed by and lead to: an answer of ours is no page.
  "content-security-policy",
  "content-security-policy-report-only",
  "document-policy",
  "feature-policy",
  "permissions-policy",
  "referrer-policy",
  "refresh",
  "speculation-rules",
  "timing-allow-origin",
  "x-frame-options",
  "x-ua-compatible",
  "x-xss-protection",
]);
const droppedPrefixes = ["access-control-", "cross-origin-", "x-azure-"] as const;

/**
 * Headers of Microsoft's that no caller gets. Above all those of our own name: by `x-azure-error`
 * callers know that an answer is the connection's own.
 */
const isDropped = (name: string): boolean =>
  droppedAnswers.has(name) || droppedPrefixes.some((prefix) => name.startsWith(prefix));

/**
 * Microsoft's answer without what belongs to its own origin: cookies, CORS, challenges, policies.
 *
 * @param method of the request it answers
 * @returns `upstream_error` for a status that no answer can be made with
 */
export function incomingAnswer(answer: Response, method: string): Outcome<Response> {
  const { status } = answer;
  if (status < 200 || status > 599) {
    void answer.body?.cancel().catch(() => undefined);
    return err(
      failure("upstream_error", "Microsoft answered with a status that HTTP does not know.", {
        details: { reason: "odd_status", upstream_status: status, ...lostOutcome(method) },
      }),
    );
  }
  // No `encodeBody: "manual"`, though the header stays: what `body` gives is decoded, and workerd
  // itself passes a body on as it came, with its encoding and length, when nothing reads it.
  const copy = new Response(answer.body, answer);
  // The names of what came: deleting from headers while walking over them may skip one.
  for (const name of answer.headers.keys()) {
    if (isDropped(name)) copy.headers.delete(name);
  }
  return ok(copy);
}
