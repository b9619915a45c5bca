import { createHmac, timingSafeEqual } from "node:crypto";

/** What a pre-authenticated download URL stands for. */
export interface Download {
  drive: string;
  item: string;
  /** Milliseconds. */
  expires: number;
}

const sign = (text: string, secret: string) =>
  createHmac("sha256", secret).update(text).digest("base64url");

/** A token that says all it needs; `secret` ends with the sandbox's life. */
export function writeDownloadToken(download: Download, secret: string): string {
  const text = Buffer.from(`${download.expires} ${download.item} ${download.drive}`).toString(
    "base64url",
  );
  return `${text}.${sign(text, secret)}`;
}

/** Undefined for a token that is forged, or from before a reset. */
export function readDownloadToken(token: string, secret: string): Download | undefined {
  const [text = "", mac = ""] = token.split(".");
  const expected = Buffer.from(sign(text, secret));
  const given = Buffer.from(mac);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const [expires, item, drive] = Buffer.from(text, "base64url").toString().split(" ");
  if (item === undefined || drive === undefined) return undefined;
  return { drive, item, expires: Number(expires) };
}
