import { base64url, bytesOfBase64url } from "./encoding.ts";

/**
 * Orders what was issued and what was revoked, finer than the whole seconds of `iat` and whatever
 * a test did to the sandbox's clock: milliseconds of the machine, never the same twice.
 */
export class Ticker {
  #last = 0;

  next(): number {
    this.#last = Math.max(this.#last + 1, Date.now());
    return this.#last;
  }
}

const tickBytes = 6;
const utiBytes = 16;

/** A token's unique id (`uti`): the tick it was issued at, then random bytes. */
export function utiOf(tick: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(utiBytes));
  for (let index = 0; index < tickBytes; index += 1) {
    bytes[index] = Math.floor(tick / 256 ** (tickBytes - 1 - index)) % 256;
  }
  return base64url(bytes);
}

export function tickOfUti(uti: string): number {
  return bytesOfBase64url(uti)
    .subarray(0, tickBytes)
    .reduce((tick, byte) => tick * 256 + byte, 0);
}
