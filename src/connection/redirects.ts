import type { Cloud } from "../entra/cloud.ts";
import { errorResponse, failure } from "../errors.ts";
import { sendCall, unanswered, type Call } from "./call.ts";
import { incomingAnswer, outgoingHeaders } from "./call-headers.ts";
import { resolveTarget } from "./target.ts";

const redirectLimit = 5;

interface Redirect {
  answer: Response;
  location: string;
  cloud: Cloud;
  fetch: typeof fetch;
}

/**
 * File contents answer with a Location on a storage host, which carries its own permission: it is
 * fetched here and without the token, because a stub follows redirects by calling its object again.
 */
export async function followRedirect(
  call: Call,
  { answer, location, cloud, fetch }: Redirect,
): Promise<Response> {
  const { request, target } = call;
  let current = answer;
  let next: string | null = location;
  let from = target.url;
  for (let hop = 0; next !== null && hop < redirectLimit; hop += 1) {
    const url = URL.parse(next, from);
    if (url === null) break;
    if (hop === 0 && resolveTarget(url, cloud).ok && !isPreAuthenticated(url, cloud)) {
      return incomingAnswer(current);
    }
    const loopback = cloud.name === "sandbox" && url.hostname === "localhost";
    if (url.protocol !== "https:" && !loopback) break;
    void current.body?.cancel().catch(() => undefined);
    const init = { headers: outgoingHeaders(request.headers, undefined) };
    const sending = { fetch, url, span: "redirect.follow", attempt: hop + 1, init } as const;
    const followed = await sendCall(call, sending);
    if (followed === undefined) return errorResponse(unanswered("GET"));
    current = followed;
    from = url;
    next = current.status >= 300 && current.status < 400 ? current.headers.get("location") : null;
    if (next === null) return incomingAnswer(current);
  }
  return errorResponse(
    failure("upstream_error", "Microsoft redirected this call to where it cannot be followed.", {
      details: { reason: "redirect" },
    }),
  );
}

/** The sandbox keeps its storage host under its one origin. */
const isPreAuthenticated = (url: URL, { name, graphEndpoint }: Cloud): boolean =>
  name === "sandbox" && url.href.startsWith(`${graphEndpoint}/_storage/`);
