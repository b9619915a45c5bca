import type { DirectoryUser } from "./user.ts";

/** A picture of somebody. */
export interface Photo {
  bytes: Uint8Array;
  type: "image/jpeg" | "image/png";
  width: number;
  height: number;
}

/** A grey square of 48 by 48. */
const SQUARE =
  "/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBD/wAALCAAwADABAREA/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/9oACAEBAAA/AJ4AAAAAAAAAAAP/2Q==";

const isPng = (bytes: Buffer) =>
  bytes.length >= 24 && bytes.subarray(0, 8).toString("latin1") === "\x89PNG\r\n\x1a\n";

/** Where the size stands in a JPEG: behind its first start-of-frame marker. */
function jpegFrame(bytes: Buffer): number | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined;
  for (let at = 2; at + 9 <= bytes.length; at += 2 + bytes.readUInt16BE(at + 2)) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes.readUInt8(at + 1);
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)) return at + 5;
  }
  return undefined;
}

/** Reads what a picture is. Undefined for what is neither a JPEG nor a PNG. */
export function readPhoto(content: Uint8Array): Photo | undefined {
  const bytes = Buffer.from(content);
  if (isPng(bytes))
    return {
      bytes,
      type: "image/png",
      width: bytes.readUInt32BE(16),
      height: bytes.readUInt32BE(20),
    };
  const frame = jpegFrame(bytes);
  if (frame === undefined) return undefined;
  return {
    bytes,
    type: "image/jpeg",
    width: bytes.readUInt16BE(frame + 2),
    height: bytes.readUInt16BE(frame),
  };
}

/** Of everybody whom the sandbox begins with, only the first has a photo. */
export function seedPhotos(users: readonly DirectoryUser[]): Map<string, Photo> {
  const [first] = users;
  const photo = readPhoto(Buffer.from(SQUARE, "base64"));
  return new Map(first === undefined || photo === undefined ? [] : [[first.id, photo]]);
}

export const viewPhoto = ({ type, width, height }: Photo, userId: string) => ({
  "@odata.mediaContentType": type,
  "@odata.mediaEtag": `W/"${userId}-${width}x${height}"`,
  id: `${width}X${height}`,
  height,
  width,
});
