import { connectionHeader } from "../contract/connection-owner.ts";
import { AzureError, causedBy, invalidField, ownErrorHeader } from "../contract/errors.ts";
import { isSafeMethod } from "../contract/http-method.ts";
import { parseUrl } from "../http/url.ts";
import type { WorkerRequests } from "./requests.ts";

/**
 * A `fetch` by the gateways `/graph/…` and `/arm/…`, which speak Microsoft's own JSON.
 *
 * @param connectionId whose connection it is
 */
export const gatewayFetch =
  (requests: WorkerRequests, connectionId: string) =>
  async (input: string | URL, init: RequestInit = {}): Promise<Response> => {
    const url = gatewayUrl(requests.baseUrl, String(input));
    const send = async (authorization: string): Promise<Response> => {
      const headers = new Headers(init.headers);
      headers.set("authorization", authorization);
      headers.set(connectionHeader, connectionId);
      try {
        return await requests.fetch(url.href, { ...init, headers });
      } catch (error) {
        init.signal?.throwIfAborted();
        const write = !isSafeMethod(init.method ?? "GET");
        throw new AzureError(causedBy(error, requests.peer.lostAnswer("network_error", write)));
      }
    };
    // A body that streams has been used up.
    const sendsAgain = typeof (init.body ?? "") === "string" || init.body instanceof Uint8Array;
    return requests.authorized(
      send,
      ({ status, headers }) =>
        sendsAgain && status === 401 && headers.get(ownErrorHeader) === "unauthenticated",
    );
  };

/** The credential goes to the gateways and nowhere else. */
function gatewayUrl(baseUrl: string, input: string): URL {
  const url = parseUrl(input.startsWith("/") ? baseUrl + input : input);
  const isBelow = (path: string) => url?.href.startsWith(baseUrl + path);
  if (url !== null && (isBelow("/graph/") || isBelow("/arm/"))) return url;
  throw new AzureError(invalidField("url", "must be below /graph or /arm of this service"));
}
