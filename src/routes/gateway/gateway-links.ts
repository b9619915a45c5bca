import { endpointPattern, LinkBytes, type LinkBase } from "./link-bytes.ts";

/** Headers of Microsoft's answers that hold a link. */
const linkHeaders = ["location", "azure-asyncoperation", "operation-location"] as const;

/**
 * One link, if it lies under the endpoint; any other is returned as it is. A path from Microsoft's
 * root (RFC 9110 §10.2.2) would lead to the root of this host instead.
 */
export const rewriteLink = (base: LinkBase, link: string): string =>
  (/^\/(?!\/)/.test(link) ? new URL(base.endpoint).origin + link : link).replace(
    new RegExp(`^${endpointPattern(base.endpoint)}`, "i"),
    () => base.gateway,
  );

const jsonType = /^application\/(?:[\w.-]+\+)?json\b/i;

/** Bytes that are read at once: the most that are held back before the first of them goes on. */
const firstPiece = 64 * 1024;
/** Each turn of a stream costs more than what is done to its bytes. */
const laterPiece = 512 * 1024;

/**
 * The answer with its links pointing here. Bodies that are not JSON, and JSON that is a person's
 * file, pass as they are, without a copy.
 */
export async function withLinksHere(
  response: Response,
  base: LinkBase,
  options: { isContent: boolean },
): Promise<Response> {
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
  return new Response(await bodyWithLinksHere(response.body, new LinkBytes(base)), init);
}

/**
 * A body of one piece is answered as its bytes: a stream through a Worker costs more than all that is
 * done to it. A longer one goes on piece by piece, and breaks off where it breaks.
 */
async function bodyWithLinksHere(
  body: ReadableStream<Uint8Array>,
  links: LinkBytes,
): Promise<Uint8Array | ReadableStream<Uint8Array>> {
  const reader = body.getReader({ mode: "byob" });
  const next = async (size: number): Promise<{ bytes: Uint8Array; isLast: boolean }> => {
    const { held } = links;
    const room = new Uint8Array(held.byteLength + size);
    room.set(held);
    // Read behind what was held: joining the two would copy each piece.
    const { value } = await reader.readAtLeast(size, room.subarray(held.byteLength));
    const read = value?.byteLength ?? 0;
    // Less than was asked for comes only at the end.
    const isLast = read < size;
    const text =
      value === undefined ? held : new Uint8Array(value.buffer, 0, held.byteLength + read);
    return { bytes: links.take(text, isLast), isLast };
  };
  const first = next(firstPiece);
  const whole = await first.catch(() => undefined);
  if (whole?.isLast === true) return whole.bytes;
  const { readable, writable } = new IdentityTransformStream();
  const writer = writable.getWriter();
  const pump = async (): Promise<void> => {
    for (let piece = await first; ; piece = await next(laterPiece)) {
      await writer.write(piece.bytes);
      if (piece.isLast) return writer.close();
    }
  };
  pump().catch(async (error: unknown) => {
    // Whichever side broke, the other hears of it; one of both is over already.
    await Promise.allSettled([writer.abort(error), reader.cancel(error)]);
  });
  return readable;
}
