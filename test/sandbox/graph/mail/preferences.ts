import type { ItemBody } from "./message.ts";

/** What `Prefer` asks of Outlook. */
export interface OutlookPreferences {
  bodyType: "text" | "html" | undefined;
  immutableIds: boolean;
  /** As the client wrote it: an IANA or a Windows name. */
  timeZone: string | undefined;
}

const valueOf = (prefer: string, name: string) =>
  new RegExp(`(?:^|[\\s,;])${name.replace(".", "\\.")}\\s*=\\s*"?([^",;]*)"?`, "i").exec(
    prefer,
  )?.[1];

export function readPreferences(prefer: string | undefined): OutlookPreferences {
  const header = prefer ?? "";
  const bodyType = valueOf(header, "outlook.body-content-type")?.toLowerCase();
  const timeZone = valueOf(header, "outlook.timezone");
  return {
    bodyType: bodyType === "text" || bodyType === "html" ? bodyType : undefined,
    immutableIds: valueOf(header, "IdType")?.toLowerCase() === "immutableid",
    timeZone: timeZone === "" ? undefined : timeZone,
  };
}

/** The Preference-Applied header that answers these preferences; undefined for none. */
export function preferenceApplied(preferences: OutlookPreferences): string | undefined {
  const { bodyType, immutableIds, timeZone } = preferences;
  const applied = [
    ...(bodyType === undefined ? [] : [`outlook.body-content-type="${bodyType}"`]),
    ...(immutableIds ? ['IdType="ImmutableId"'] : []),
    ...(timeZone === undefined ? [] : [`outlook.timezone="${timeZone}"`]),
  ];
  return applied.length === 0 ? undefined : applied.join(", ");
}

const entities: Record<string, string> = {
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&nbsp;": " ",
  "&amp;": "&",
};

/** The words of an HTML body. */
export function textOfHtml(html: string): string {
  return html
    .replaceAll(/<head[\s\S]*?<\/head>/gi, "")
    .replaceAll(/<br\s*\/?>|<\/p>|<\/div>/gi, "\r\n")
    .replaceAll(/<[^>]*>/g, "")
    .replaceAll(/&(?:lt|gt|quot|nbsp|amp);/g, (entity) => entities[entity] ?? entity)
    .trim();
}

/** A body in the form asked for; Outlook sends HTML unless told otherwise. */
export function bodyAs(body: ItemBody, type: "text" | "html" | undefined): ItemBody {
  const wanted = type ?? body.contentType;
  if (wanted === body.contentType) return body;
  if (wanted === "text") return { contentType: "text", content: textOfHtml(body.content) };
  const escaped = body.content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return {
    contentType: "html",
    content: `<html><body><div>${escaped.replaceAll(/\r?\n/g, "<br>")}</div></body></html>`,
  };
}

/** The first 255 characters of a body's words. */
export function previewOf(body: ItemBody): string {
  const text = body.contentType === "html" ? textOfHtml(body.content) : body.content;
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 255);
}
