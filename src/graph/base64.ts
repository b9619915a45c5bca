const alphabet = new TextEncoder().encode(
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
);
const padding = 61;

/**
 * Base64 with padding (RFC 4648 §4) of bytes of any number. Attachments have megabytes, and `btoa`
 * wants a string with a character per byte, which takes fifty times as long to build as this.
 */
export function base64(bytes: Uint8Array): string {
  const out = new Uint8Array(Math.ceil(bytes.length / 3) * 4).fill(padding);
  const put = (at: number, sextet: number): void => {
    out[at] = alphabet[sextet & 63] ?? padding;
  };
  for (let from = 0, to = 0; from < bytes.length; from += 3, to += 4) {
    const [first = 0, second, third] = [bytes[from], bytes[from + 1], bytes[from + 2]];
    const group = (first << 16) | ((second ?? 0) << 8) | (third ?? 0);
    put(to, group >> 18);
    put(to + 1, group >> 12);
    if (second !== undefined) put(to + 2, group >> 6);
    if (third !== undefined) put(to + 3, group);
  }
  return new TextDecoder().decode(out);
}
