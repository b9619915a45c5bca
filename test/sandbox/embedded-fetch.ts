import { carried } from "./faults.ts";
import { isLocal, placeOf } from "./hosts.ts";
import type { Sandbox } from "./index.ts";
import type { Fetch } from "./public-types.ts";

export interface FetchOptions {
  /** Local origins that are the sandbox's; other local ones are not. */
  origins: readonly string[];
  /** Fetches what the sandbox has no answer for. */
  network: Fetch;
}

/** As many as browsers follow. */
const mostRedirects = 20;
const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Rejects as `fetch` does when its caller gives up. */
function givenUp(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () =>
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    if (signal.aborted) give();
    else signal.addEventListener("abort", give, { once: true });
  });
}

/** The request that a redirect asks for (Fetch standard, HTTP-redirect fetch). */
function redirected(request: Request, status: number, to: URL): Request {
  const { method, signal } = request;
  const turnsToGet =
    (status === 303 && method !== "GET" && method !== "HEAD") ||
    (status < 303 && method === "POST");
  const headers = new Headers(request.headers);
  if (to.origin !== new URL(request.url).origin) headers.delete("authorization");
  if (turnsToGet) for (const name of ["content-type", "content-length"]) headers.delete(name);
  if (!turnsToGet && method !== "GET" && method !== "HEAD") {
    // Its body is sent already, and was not kept.
    throw new TypeError(`The sandbox's fetch does not repeat a ${method} elsewhere.`);
  }
  return new Request(to, { method: turnsToGet ? "GET" : method, headers, signal });
}

/**
 * An answer that says where it came from, as `fetch` has it: whoever follows redirects itself decides
 * by `url` whether the token may go along, as Microsoft's Graph client does.
 */
function answered(response: Response, url: string, redirected: boolean): Response {
  const copy = response.clone.bind(response);
  return Object.defineProperties(response, {
    url: { value: url },
    redirected: { value: redirected },
    clone: { value: () => answered(copy(), url, redirected) },
  });
}

/** A `fetch` over a sandbox in this process. */
export function fetchOver(sandbox: Sandbox, { origins, network }: FetchOptions): Fetch {
  const isOurs = (url: URL) =>
    isLocal(url.origin) ? origins.includes(url.origin) : placeOf(url) !== undefined;
  return async (input, init) => {
    let request = new Request(input, init);
    const mode = request.redirect;
    for (let count = 0; count <= mostRedirects; count += 1) {
      const url = new URL(request.url);
      if (!isOurs(url)) return count === 0 ? network(input, init) : network(request);
      const answer = sandbox.fetch(request).then(carried);
      // Whoever gave up is answered by the signal.
      answer.catch(() => undefined);
      const response = await Promise.race([answer, givenUp(request.signal)]);
      const location = response.headers.get("location");
      const to = location !== null && URL.canParse(location, url) ? new URL(location, url) : null;
      if (mode === "manual" || !redirects.has(response.status) || location === null) {
        url.hash = "";
        return answered(response, url.href, count > 0);
      }
      if (mode === "error" || to === null) throw new TypeError(`A redirect to ${location}.`);
      await response.body?.cancel();
      request = redirected(request, response.status, to);
    }
    throw new TypeError(`More than ${mostRedirects} redirects.`);
  };
}
