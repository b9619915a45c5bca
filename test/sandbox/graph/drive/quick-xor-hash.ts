const WIDTH_BITS = 160;
const SHIFT = 11;

/**
 * OneDrive's file hash: each byte is rotated 11 bits further into 160 bits and XORed there; the
 * length (64 bits, little-endian) is XORed onto the end. Base64.
 */
export function quickXorHash(bytes: Uint8Array): string {
  const hash = Buffer.alloc(WIDTH_BITS / 8);
  const xorAt = (bit: number, value: number) => {
    const wide = value << (bit % 8);
    const index = bit >> 3;
    hash[index] = (hash[index] ?? 0) ^ (wide & 0xff);
    const after = (index + 1) % hash.length;
    hash[after] = (hash[after] ?? 0) ^ (wide >> 8);
  };
  // Bytes 160 apart land on the same bits: XOR them first, and only 160 positions remain.
  const columns = Buffer.alloc(Math.min(WIDTH_BITS, bytes.length));
  for (let index = 0; index < bytes.length; index += 1) {
    const column = index % WIDTH_BITS;
    columns[column] = (columns[column] ?? 0) ^ (bytes[index] ?? 0);
  }
  for (const [index, byte] of columns.entries()) xorAt((index * SHIFT) % WIDTH_BITS, byte);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(bytes.length));
  for (const [index, byte] of length.entries()) {
    const place = hash.length - length.length + index;
    hash[place] = (hash[place] ?? 0) ^ byte;
  }
  return hash.toString("base64");
}
