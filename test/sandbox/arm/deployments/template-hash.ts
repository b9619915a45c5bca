const C1 = 0x239b961b;
const C2 = 0xab0e9789;

const rotate = (value: number, by: number) => ((value << by) | (value >>> (32 - by))) >>> 0;
const times = (left: number, right: number) => Math.imul(left, right) >>> 0;
const plus = (left: number, right: number) => (left + right) >>> 0;

/** Up to four bytes as a number, the first the least. */
function word(bytes: Uint8Array, from: number, count: number): number {
  let value = 0;
  for (let index = 0; index < count; index += 1) value |= (bytes[from + index] ?? 0) << (8 * index);
  return value >>> 0;
}

const mixFirst = (value: number) => times(rotate(times(value, C1), 15), C2);
const mixSecond = (value: number) => times(rotate(times(value, C2), 17), C1);

function finish(value: number): number {
  let mixed = (value ^ (value >>> 16)) >>> 0;
  mixed = times(mixed, 0x85ebca6b);
  mixed = (mixed ^ (mixed >>> 13)) >>> 0;
  mixed = times(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * The 64-bit hash that ARM makes of templates and for `uniqueString`: MurmurHash3's 32-bit rounds in
 * two lanes. The published example of `calculateTemplateHash` pins it.
 */
export function murmurHash64(bytes: Uint8Array): bigint {
  let first = 0;
  let second = 0;
  const whole = bytes.length - (bytes.length % 8);
  for (let index = 0; index < whole; index += 8) {
    first = rotate(first ^ mixFirst(word(bytes, index, 4)), 19);
    first = plus(times(plus(first, second), 5), 0x561ccd1b);
    second = rotate(second ^ mixSecond(word(bytes, index + 4, 4)), 13);
    second = plus(times(plus(second, first), 5), 0x0bcaa747);
  }
  const rest = bytes.length - whole;
  if (rest > 0) first = (first ^ mixFirst(word(bytes, whole, Math.min(rest, 4)))) >>> 0;
  if (rest > 4) second = (second ^ mixSecond(word(bytes, whole + 4, rest - 4))) >>> 0;
  first = (first ^ bytes.length) >>> 0;
  second = (second ^ bytes.length) >>> 0;
  first = plus(first, second);
  second = plus(second, first);
  first = finish(first);
  second = finish(second);
  first = plus(first, second);
  second = plus(second, first);
  return (BigInt(second) << 32n) | BigInt(first);
}

/** A template without white space, in capitals: what its hash is made of. */
export const minified = (template: unknown): string => JSON.stringify(template).toUpperCase();

export const templateHash = (template: unknown): string =>
  murmurHash64(new TextEncoder().encode(minified(template))).toString();
