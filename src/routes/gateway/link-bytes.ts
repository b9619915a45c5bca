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

/** Ends the names of links, in any case: every candidate is found by it. */
const mark = new TextEncoder().encode('link"');
/** The bit that a letter has in lower case alone; the quote has it too. */
const lowerCase = 0x20;
/** What comes before the mark in `@odata.nextLink`, `@odata.deltaLink` and `nextLink`. */
const beforeMark = /(?:@odata\.(?:next|delta)|"next)$/i;
const longestBefore = "@odata.delta".length;
/** White space on both sides of a colon, with the colon and the quote after it. */
const longestColon = 16 + 1 + 16 + 1;
const port = ":443";

/** The ends of the names of links. */
const endings = ['nextlink"', 'deltalink"'].map((ending) => new TextEncoder().encode(ending));
const shortestEnding = Math.min(...endings.map(({ length }) => length));

/** By how much the end of a name can move on from a byte under it (Horspool): most bytes are not looked at. */
const shifts = new Uint8Array(256).fill(shortestEnding);
for (const ending of endings) {
  ending.forEach((byte, at) => {
    const isLetter = at < ending.length - 1;
    for (const one of isLetter ? [byte, byte & ~lowerCase] : [byte]) {
      shifts[one] = Math.min(shifts[one] ?? 0, ending.length - 1 - at);
    }
  });
}

/** The last letters of `next` and `delta`: most names that end in the mark are others, such as `webLink`. */
const isLastBefore = new Uint8Array(256);
for (const byte of new TextEncoder().encode("tTaA")) isLastBefore[byte] = 1;

/** Where a mark comes next that may end the name of a link. @returns -1 when none does */
function nextMark(text: Uint8Array, from: number): number {
  let last = from + shortestEnding - 1;
  while (last < text.length) {
    const shift = shifts[text[last] ?? 0] ?? 1;
    if (shift > 0) {
      last += shift;
      continue;
    }
    const at = last - mark.length + 1;
    if (isLastBefore[text[at - 1] ?? 0] === 1 && isMark(text, at)) return at;
    // No ending has a quote but at its end.
    last += shortestEnding;
  }
  return -1;
}

const isMark = (text: Uint8Array, at: number): boolean =>
  mark.every((byte, offset) => ((text[at + offset] ?? 0) | lowerCase) === byte);

const nothing = new Uint8Array(0);

/** What comes after the mark. */
const linkTo = (endpoint: string): RegExp =>
  new RegExp(`^\\s{0,16}:\\s{0,16}"(${escape(endpoint)}(?:${port})?)(?=[/?])`, "i");

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
  readonly #base: LinkBase;
  readonly #longestAfter: number;
  /** The end of the last text, where a link may go on: the next one begins with it. */
  held: Uint8Array = nothing;

  constructor(base: LinkBase) {
    this.#base = base;
    this.#longestAfter = longestColon + base.endpoint.length + port.length + 1;
  }

  /**
   * @param text what was held, and the next piece
   * @param isLast whether nothing follows
   * @returns what can go on; the end of the text is held
   */
  take(text: Uint8Array, isLast: boolean): Uint8Array {
    const parts: Uint8Array[] = [];
    let done = 0;
    for (let at = nextMark(text, 0); at !== -1; at = nextMark(text, at + mark.length)) {
      const link = this.#linkAt(text, at);
      if (link === undefined) continue;
      parts.push(text.subarray(done, link.start), new TextEncoder().encode(this.#base.gateway));
      done = link.end;
    }
    const reach = longestBefore + mark.length + this.#longestAfter;
    const cut = isLast ? text.length : Math.max(done, text.length - reach);
    parts.push(text.subarray(done, cut));
    this.held = isLast ? nothing : text.slice(cut);
    return joined(parts);
  }

  /** The endpoint of the link whose name ends in the mark at `at`. */
  #linkAt(text: Uint8Array, at: number): { start: number; end: number } | undefined {
    if (!beforeMark.test(asText(text.subarray(Math.max(0, at - longestBefore), at)))) {
      return undefined;
    }
    const from = at + mark.length;
    const [whole, endpoint] =
      linkTo(this.#base.endpoint).exec(asText(text.subarray(from, from + this.#longestAfter))) ??
      [];
    if (whole === undefined || endpoint === undefined) return undefined;
    const end = from + whole.length;
    return { start: end - endpoint.length, end };
  }
}
