/** One block of a PEM text (RFC 7468). */
export interface PemBlock {
  /** `PRIVATE KEY`, `CERTIFICATE`… */
  label: string;
  /** Undefined: its lines are no base64. */
  bytes: Uint8Array<ArrayBuffer> | undefined;
}

const block = /-----BEGIN ([A-Z0-9 ]+)-----([\s\S]*?)-----END \1-----/g;

/**
 * The blocks of a PEM text, and nothing of what stands between them. How its lines end does not matter:
 * they may have come as `\n` in two characters, or as spaces.
 */
export function readPem(text: string): PemBlock[] {
  return [...text.matchAll(block)].map(([, label = "", body = ""]) => ({
    label,
    bytes: bytesOf(body.replaceAll(/\\[rn]|\s/g, "")),
  }));
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
