/**
 * A body as text. Rejects where it breaks off.
 *
 * @param limit bytes
 * @returns undefined for one that is longer, of which no more is read
 */
export async function textWithin(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<string | undefined> {
  const reader = body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > limit) {
      reader.cancel().catch(() => undefined);
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/**
 * {@link boundedText}, as far as it has come when a signal is given.
 *
 * @param late ends the wait for a body that stalls
 */
export const textUntil = (late: AbortSignal, { body }: Response): Promise<string> =>
  boundedText(
    // Where the wait ends, so does the pipe, and the reading with what has come.
    new Response(body?.pipeThrough(new TransformStream(), { signal: late }) ?? null),
  );

/** Error bodies are a few hundred bytes; nothing beyond this is read. */
const maxBodyBytes = 64 * 1024;

/** The beginning of a body, as text: 64 KiB at most, less where it breaks off. */
export async function boundedText(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let read = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return read + decoder.decode();
      bytes += value.byteLength;
      read += decoder.decode(value, { stream: true });
      if (bytes > maxBodyBytes) break;
    }
    await reader.cancel();
  } catch {
    // A body that broke off still came with a status and headers.
  }
  return read;
}
