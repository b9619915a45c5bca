export type UploadBody = Uint8Array | ArrayBuffer | Blob | ReadableStream<Uint8Array> | string;

/** The body as a stream, in pieces of whatever size it comes in. */
function pieces(body: UploadBody): AsyncIterable<Uint8Array> | Iterable<Uint8Array> {
  if (typeof body === "string") return [new TextEncoder().encode(body)];
  if (body instanceof ArrayBuffer) return [new Uint8Array(body)];
  if (body instanceof Uint8Array) return [body];
  return streamed(body instanceof Blob ? body.stream() : body);
}

async function* streamed(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } finally {
    // Whoever produces a body that is not wanted to its end must learn so.
    if (!ended) await reader.cancel().catch(() => undefined);
  }
}

/**
 * Cuts a body into chunks of exactly `chunkSize` bytes, the last one of what is left. One chunk is
 * held in memory at a time; a chunk is a copy that stays valid when the next one is asked for.
 */
export async function* chunksOf(
  body: UploadBody,
  chunkSize: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
  let chunk = new Uint8Array(chunkSize);
  let filled = 0;
  for await (const piece of pieces(body)) {
    for (let at = 0; at < piece.length;) {
      const part = piece.subarray(at, at + chunkSize - filled);
      chunk.set(part, filled);
      at += part.length;
      filled += part.length;
      if (filled < chunkSize) continue;
      yield chunk;
      chunk = new Uint8Array(chunkSize);
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}
