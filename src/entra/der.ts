/**
 * Distinguished Encoding Rules (X.690 §10), as far as keys and certificates need them: one-byte tags and
 * definite lengths.
 */

/** The tags that are met here. */
export const derTag = {
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  objectId: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  /** `[0] EXPLICIT`: the version of a certificate. */
  version: 0xa0,
} as const;

export interface DerElement {
  tag: number;
  content: Uint8Array;
}

/**
 * The elements that `bytes` hold, one after the other.
 *
 * @returns undefined where the bytes are no DER, or something is left over
 */
export function readDer(bytes: Uint8Array): DerElement[] | undefined {
  const elements: DerElement[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [tag = 0, first] = bytes.subarray(at, at + 2);
    if (first === undefined) return undefined;
    at += 2;
    let length = first;
    if (first >= 0x80) {
      const count = first - 0x80;
      // Four bytes are more than any variable holds; none is the indefinite form, which is not DER.
      if (count === 0 || count > 4 || at + count > bytes.length) return undefined;
      length = bytes.subarray(at, at + count).reduce((sum, byte) => sum * 256 + byte, 0);
      at += count;
    }
    if (at + length > bytes.length) return undefined;
    elements.push({ tag, content: bytes.subarray(at, at + length) });
    at += length;
  }
  return elements;
}

/**
 * The elements within one of a kind.
 *
 * @returns undefined where it is absent or another
 */
export const within = (element: DerElement | undefined, tag: number): DerElement[] | undefined =>
  element?.tag === tag ? readDer(element.content) : undefined;
