/** Rewrites Microsoft's links to this host, so that an SDK that follows one comes back here. */
export interface LinkBase {
  /** Microsoft's endpoint as the answers name it, without a trailing slash. */
  endpoint: string;
  /** The gateway's own address: `https://{host}/graph`. */
  gateway: string;
}

/** Headers of Microsoft's answers that hold a link. */
const linkHeaders = ["location", "azure-asyncoperation", "operation-location"] as const;

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Resource Manager names the default port in some of its links. */
const endpointPattern = (endpoint: string) => `${escape(endpoint)}(?::443)?(?=[/?]|$)`;

/**
 * One link, if it lies under the endpoint; any other is returned as it is. A path from Microsoft's
 * root (RFC 9110 §10.2.2) would lead to the root of this host instead.
 */
export const rewriteLink = (base: LinkBase, link: string): string =>
  (/^\/(?!\/)/.test(link) ? new URL(base.endpoint).origin + link : link).replace(
    new RegExp(`^${endpointPattern(base.endpoint)}`, "i"),
    () => base.gateway,
  );

/** Longest text a match can span before the URL itself, white space included. */
const keyLength = 96;

/**
 * A stream over JSON text that changes the start of `@odata.nextLink`, `@odata.deltaLink` and
 * `nextLink` values and no other byte. A quote inside a JSON string is always escaped, so a name
 * that is directly followed by a bare quote and a colon can only be a member name: no parsing is
 * needed, numbers keep their digits, and a page of any size passes without being held.
 */
export function linkRewriter(base: LinkBase): TransformStream<string, string> {
  const link = new RegExp(
    `((?:@odata\\.(?:nextLink|deltaLink)|"nextLink)"\\s{0,16}:\\s{0,16}")${escape(base.endpoint)}(?::443)?(?=[/?])`,
    "gi",
  );
  // What a match that is not complete yet can reach back.
  const tail = keyLength + base.endpoint.length;
  let held = "";

  const take = (final: boolean): string => {
    let done = 0;
    let out = "";
    for (const match of held.matchAll(link)) {
      out += `${held.slice(done, match.index)}${match[1]}${base.gateway}`;
      done = match.index + match[0].length;
    }
    const cut = final ? held.length : Math.max(done, held.length - tail);
    out += held.slice(done, cut);
    held = held.slice(cut);
    return out;
  };

  return new TransformStream({
    transform(chunk, controller) {
      held += chunk;
      const out = take(false);
      if (out !== "") controller.enqueue(out);
    },
    flush(controller) {
      const out = take(true);
      if (out !== "") controller.enqueue(out);
    },
  });
}

const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i;

/**
 * The answer with its links pointing here. Bodies that are not JSON, and JSON that is a person's
 * file, pass as they are, without a copy.
 */
export function withLinksHere(
  response: Response,
  base: LinkBase,
  options: { isContent: boolean },
): Response {
  const headers = new Headers(response.headers);
  for (const name of linkHeaders) {
    const link = headers.get(name);
    if (link !== null) headers.set(name, rewriteLink(base, link));
  }
  const init = { status: response.status, statusText: response.statusText, headers };
  const isJson = jsonType.test(headers.get("content-type") ?? "");
  if (response.body === null || !isJson || options.isContent) {
    return new Response(response.body, init);
  }
  headers.delete("content-length");
  const body = response.body
    .pipeThrough(new TextDecoderStream("utf-8", { ignoreBOM: true }))
    .pipeThrough(linkRewriter(base))
    .pipeThrough(new TextEncoderStream());
  return new Response(body, init);
}
