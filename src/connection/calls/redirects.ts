import type { Cloud } from "../../entra/cloud.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import { isRedirect } from "../../graph/preauthenticated.ts";
import { err, ok } from "../../contract/result.ts";
import { sendCall, type Call } from "./call.ts";
import { outgoingHeaders } from "./call-headers.ts";
import type { Timer } from "../../platform/deadline.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";
import { resolveTarget } from "./target.ts";

const redirectLimit = 5;

/** What became of a redirect. */
export type Redirection =
  /** It stays with the service: the caller's to follow, with the token of another call. */
  | { kind: "stays" }
  /** The file's storage answered. */
  | { kind: "file"; answer: Response };

interface RedirectTools {
  cloud: Cloud;
  fetch: typeof fetch;
  timer: Timer;
}

/**
 * File contents answer with a Location on a storage host, which carries its own permission: it is
 * fetched here and without the token, because a stub follows redirects by calling its object again.
 *
 * @param location of the answer to the call
 * @returns `upstream_error` for a Location that cannot be followed
 */
export async function followRedirect(
  call: Call,
  location: string,
  { cloud, fetch, timer }: RedirectTools,
): Promise<Outcome<Redirection>> {
  const { request, target } = call;
  let from = target.url;
  let next: string | null = location;
  for (let hop = 0; next !== null && hop < redirectLimit; hop += 1) {
    const url: URL | null = URL.parse(next, from);
    if (url === null) break;
    if (hop === 0 && resolveTarget(url, cloud).ok && !isPreAuthenticated(url, cloud)) {
      return ok({ kind: "stays" });
    }
    const loopback = cloud.name === "sandbox" && url.hostname === "localhost";
    if (url.protocol !== "https:" && !loopback) break;
    const headers = outgoingHeaders(request.headers, { resource: "graph", token: undefined });
    const followed = await sendCall(call, {
      fetch,
      timer,
      url,
      span: "redirect.follow",
      attempt: hop + 1,
      init: { method: "GET", headers },
    });
    if (!followed.ok) return followed;
    const answer = followed.value;
    if (!isRedirect(answer.status)) return ok({ kind: "file", answer });
    void answer.body?.cancel().catch(() => undefined);
    from = url;
    next = answer.headers.get("location");
  }
  return err(unfollowed());
}

const unfollowed = (): Failure =>
  failure("upstream_error", "Microsoft redirected this call to where it cannot be followed.", {
    details: { reason: "redirect" },
  });

/** The sandbox keeps its storage host under its one origin. */
const isPreAuthenticated = (url: URL, { name, graphEndpoint }: Cloud): boolean =>
  name === "sandbox" && url.href.startsWith(`${graphEndpoint}/_storage/`);
