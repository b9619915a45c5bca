/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** `PRIVATE KEY`, `CERTIFICATE`… */
  label: string;
  /** Undefined: its lines are no base64, or its last line is missing. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

/** It ends where the next one begins too, so that one that was cut off is seen. */
const block =
  /-----BEGIN ([A-Z0-9 ]+)-----((?:(?!-----BEGIN )[\s\S])*?)(-----END \1-----|(?=-----BEGIN )|$)/g;

/**
 * The blocks of a PEM text, and nothing of what stands between them. How its lines end does not matter:
 * they may have come as `\n` in two characters, or as spaces.
 */
export function readPem(text: string): PemBlock[] {
  return [...text.matchAll(block)].map(([, label = "", body = "", end = ""]) => ({
    label,
    bytes: end === "" ? undefined : bytesOf(body.replaceAll(/\\[rn]|\s/g, "")),
  }));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
