import { failure, type Failure } from "../contract/errors.ts";
import { foreignLink } from "../http/link.ts";
import { isLoopback } from "../http/url.ts";
import type { JsonAnswer } from "../http/json-answer.ts";
import type { Transport, TransportRequest } from "../http/transport.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { storageDomains } from "../http/microsoft-hosts.ts";
import { parseUrl } from "../http/url.ts";

const maxRedirects = 3;

/**
 * A pre-authenticated URL of an answer (an upload session's, a file's content), if it leads to
 * Microsoft's storage over https, or to the sandbox where the client is configured for one. Such a
 * URL is itself a credential: it is never logged and never put into an error.
 *
 * @returns the URL; or `upstream_error` with `details.reason` `foreign_link`
 */
export function storageUrl(endpoint: URL, link: unknown): Result<URL, Failure> {
  const url = typeof link === "string" ? parseUrl(link) : null;
  if (url === null || url.username !== "" || url.password !== "") return err(foreignLink());
  const ours =
    url.origin === endpoint.origin && (url.protocol === "https:" || isLoopback(url.hostname));
  return ours || isStorage(url) ? ok(url) : err(foreignLink());
}

const isStorage = (url: URL): boolean =>
  url.protocol === "https:" &&
  url.port === "" &&
  storageDomains.some((domain) => url.hostname === domain || url.hostname.endsWith(`.${domain}`));

/** Calls to pre-authenticated URLs, through a plain `fetch` that adds no Authorization. */
export class PreauthenticatedStorage {
  readonly #endpoint: URL;
  readonly #transport: Transport;

  constructor(transport: Transport, endpoint: URL) {
    this.#transport = transport;
    this.#endpoint = endpoint;
  }

  async sendJson(
    link: string,
    request: Omit<TransportRequest, "url">,
  ): Promise<Result<JsonAnswer<unknown>, Failure>> {
    const url = storageUrl(this.#endpoint, link);
    if (!url.ok) return url;
    const answer = await this.#transport.sendJson<unknown>({ ...request, url: url.value });
    return answer.ok ? answer : err(refusal(answer.error));
  }

  /** Reads a file, through redirects that stay within the storage. The body streams. */
  async download(
    link: string | null,
    request: Omit<TransportRequest, "url">,
  ): Promise<Result<Response, Failure>> {
    let next = link;
    for (let hop = 0; hop <= maxRedirects; hop += 1) {
      const url = storageUrl(this.#endpoint, next);
      if (!url.ok) return url;
      const answer = await this.#transport.send({ ...request, url: url.value });
      if (!answer.ok) return err(refusal(answer.error));
      if (!isRedirect(answer.value.status)) return answer;
      await answer.value.body?.cancel();
      const location = answer.value.headers.get("location");
      next = location === null ? null : (parseUrl(location, url.value)?.href ?? null);
    }
    return err(foreignLink());
  }
}

export const isRedirect = (status: number): boolean => [301, 302, 303, 307, 308].includes(status);

/** The failure of a link that the storage no longer takes; Graph gives out a new one. */
export const isExpiredLink = ({ details }: Failure): boolean => details?.reason === expired;

const expired = "link_expired";

/** No token is sent here, so a 401 is the URL's fault and signing in again would not mend it. */
const refusal = (reason: Failure): Failure =>
  reason.details?.upstream_status === 401
    ? failure("upstream_error", "Microsoft's storage no longer accepts the link it gave out.", {
        details: { ...reason.details, reason: expired },
      })
    : reason;
