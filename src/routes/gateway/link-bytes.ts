/** Rewrites Microsoft's links to this host, so that an SDK that follows one comes back here. */
export interface LinkBase {
  /** Microsoft's endpoint as the answers name it, without a trailing slash. */
  endpoint: string;
  /** The gateway's own address: `https://{host}/graph`. */
  gateway: string;
}

const escape = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
/** Resource Manager names the default port in some of its links. */
export const endpointPattern = (endpoint: string) => `${escape(endpoint)}(?::443)?(?=[/?]|$)`;

/** Ends the names of links: every candidate is found by it. */
const mark = `ink"`;
/** What comes before the mark in `@odata.nextLink`, `@odata.deltaLink` and `nextLink`. */
const beforeMark = /(?:@odata\.(?:next|delta)|"next)L$/i;
const longestBefore = "@odata.deltaL".length;
/** White space on both sides of a colon, with the colon and the quote after it. */
const longestColon = 16 + 1 + 16 + 1;
const port = ":443";

const [, n, k, quote] = new TextEncoder().encode(mark);
const i = mark.charCodeAt(0);

/** Where the mark comes next, by Horspool's search: most bytes are not looked at. @returns -1 when it does not */
function nextMark(text: Uint8Array, from: number): number {
  let at = from + 3;
  while (at < text.length) {
    switch (text[at]) {
      case quote:
        if (text[at - 1] === k && text[at - 2] === n && text[at - 3] === i) return at - 3;
        at += 4;
        break;
      case k:
        at += 1;
        break;
      case n:
        at += 2;
        break;
      case i:
        at += 3;
        break;
      default:
        at += 4;
    }
  }
  return -1;
}

/** Bytes as characters of the same numbers: what is looked for is ASCII. */
const asText = (bytes: Uint8Array): string => String.fromCharCode(...bytes);

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  const whole = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

/**
 * JSON in UTF-8, piece by piece, with the start of `@odata.nextLink`, `@odata.deltaLink` and `nextLink`
 * values changed and no other byte. A quote inside a JSON string is always escaped, so a name that is
 * directly followed by a bare quote and a colon can only be a member name: no parsing is needed, numbers
 * keep their digits, and a page of any size passes without being held. A byte of ASCII is never part of
 * another character (RFC 3629 §3), so nothing is decoded either.
 */
export class LinkBytes {
  readonly #link: RegExp;
  readonly #gateway: Uint8Array;
  readonly #longestAfter: number;
  #held: Uint8Array = new Uint8Array(0);

  constructor({ endpoint, gateway }: LinkBase) {
    this.#link = new RegExp(`^\\s{0,16}:\\s{0,16}"(${escape(endpoint)}(?:${port})?)(?=[/?])`, "i");
    this.#gateway = new TextEncoder().encode(gateway);
    this.#longestAfter = longestColon + endpoint.length + port.length + 1;
  }

  /**
   * @param isLast whether nothing follows
   * @returns what can go on; the end of a piece waits for what follows, as a link may go on there
   */
  take(piece: Uint8Array, isLast: boolean): Uint8Array {
    const text = this.#held.byteLength === 0 ? piece : joined([this.#held, piece]);
    const parts: Uint8Array[] = [];
    let done = 0;
    for (let at = nextMark(text, 0); at !== -1; at = nextMark(text, at + mark.length)) {
      const link = this.#linkAt(text, at);
      if (link === undefined) continue;
      parts.push(text.subarray(done, link.start), this.#gateway);
      done = link.end;
    }
    const reach = longestBefore + mark.length + this.#longestAfter;
    const cut = isLast ? text.length : Math.max(done, text.length - reach);
    parts.push(text.subarray(done, cut));
    this.#held = text.slice(cut);
    return joined(parts);
  }

  /** The endpoint of the link whose name ends in the mark at `at`. */
  #linkAt(text: Uint8Array, at: number): { start: number; end: number } | undefined {
    if (!beforeMark.test(asText(text.subarray(Math.max(0, at - longestBefore), at)))) {
      return undefined;
    }
    const from = at + mark.length;
    const [whole, endpoint] =
      this.#link.exec(asText(text.subarray(from, from + this.#longestAfter))) ?? [];
    if (whole === undefined || endpoint === undefined) return undefined;
    const end = from + whole.length;
    return { start: end - endpoint.length, end };
  }
}
