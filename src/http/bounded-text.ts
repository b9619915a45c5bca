/** Error bodies are a few hundred bytes; nothing beyond this is read. */
const mostBytes = 64 * 1024;

/**
 * The beginning of an answer's body as text; what follows is cancelled. Never rejects: a body that
 * broke off still came with a status and headers.
 *
 * @param signal ends the reading with what has come by then
 */
export async function boundedText(response: Response, signal?: AbortSignal): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const cancel = (): void => void reader.cancel().catch(() => undefined);
  signal?.addEventListener("abort", cancel, { once: true });
  const decoder = new TextDecoder();
  let read = "";
  let bytes = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return read + decoder.decode();
      bytes += value.byteLength;
      read += decoder.decode(value, { stream: true });
      if (bytes > mostBytes) break;
    }
    await reader.cancel();
  } catch {
    // What came before it broke off is all there is.
  } finally {
    signal?.removeEventListener("abort", cancel);
  }
  return read;
}
