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
