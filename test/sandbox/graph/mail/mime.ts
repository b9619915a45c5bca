import type { ItemBody } from "./message.ts";

/** What of a MIME message the sandbox reads. */
export interface MimeMessage {
  subject: string;
  to: string[];
  cc: string[];
  bcc: string[];
  body: ItemBody;
}

interface Part {
  headers: ReadonlyMap<string, string>;
  content: string;
}

/** Splits headers from content and unfolds the headers (RFC 5322 §2.2.3). */
function partOf(text: string): Part {
  const end = /\r?\n\r?\n/.exec(text);
  const head = end === null ? text : text.slice(0, end.index);
  const content = end === null ? "" : text.slice(end.index + end[0].length);
  const lines = head.replaceAll(/\r?\n[ \t]+/g, " ").split(/\r?\n/);
  const headers = lines.flatMap((line): [string, string][] => {
    const colon = line.indexOf(":");
    return colon < 1 ? [] : [[line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]];
  });
  return { headers: new Map(headers), content };
}

const quotedPrintable = (text: string, underscoreIsSpace: boolean) =>
  Buffer.from(
    (underscoreIsSpace ? text.replaceAll("_", " ") : text)
      .replaceAll(/=\r?\n/g, "")
      .replaceAll(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    "latin1",
  ).toString("utf8");

/** Encoded words (RFC 2047) of UTF-8 text. */
function decodeWords(text: string): string {
  return text
    .replaceAll(/\?=\s+=\?/g, "?==?")
    .replaceAll(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
      kind.toLowerCase() === "b"
        ? Buffer.from(word, "base64").toString("utf8")
        : quotedPrintable(word, true),
    );
}

function contentOf(part: Part): string {
  const encoding = part.headers.get("content-transfer-encoding")?.toLowerCase();
  if (encoding === "base64") return Buffer.from(part.content, "base64").toString("utf8");
  if (encoding === "quoted-printable") return quotedPrintable(part.content, false);
  return part.content;
}

function bodyOf(part: Part): ItemBody | undefined {
  const type = part.headers.get("content-type")?.toLowerCase() ?? "text/plain";
  const boundary = /boundary="?([^";]+)"?/i.exec(part.headers.get("content-type") ?? "")?.[1];
  if (type.startsWith("multipart/") && boundary !== undefined) {
    const parts = part.content.split(`--${boundary}`).slice(1, -1);
    const bodies = parts.flatMap((one) => bodyOf(partOf(one.replace(/^\r?\n/, ""))) ?? []);
    return bodies.find(({ contentType }) => contentType === "html") ?? bodies[0];
  }
  if (type.startsWith("text/html")) return { contentType: "html", content: contentOf(part) };
  if (type.startsWith("text/")) return { contentType: "text", content: contentOf(part) };
  return undefined;
}

const addresses = (header: string | undefined) =>
  (header ?? "").match(/[^\s<>,;:"]+@[^\s<>,;:"]+/g) ?? [];

/** Reads base64 MIME. Undefined when it is no base64, or holds no headers. */
export function readMime(base64: string): MimeMessage | undefined {
  const compact = base64.replaceAll(/\s/g, "");
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact))
    return undefined;
  const part = partOf(Buffer.from(compact, "base64").toString("utf8"));
  if (part.headers.size === 0) return undefined;
  return {
    subject: decodeWords(part.headers.get("subject") ?? ""),
    to: addresses(part.headers.get("to")),
    cc: addresses(part.headers.get("cc")),
    bcc: addresses(part.headers.get("bcc")),
    body: bodyOf(part) ?? { contentType: "text", content: "" },
  };
}
