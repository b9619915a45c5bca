import type { Expression } from "../odata/filter-expression.ts";
import { canonicalPath } from "../path.ts";
import { readQuery } from "../query.ts";
import { resourceRules } from "./resource-rules.ts";
import type { WatchedKind } from "./subscription.ts";
import { invalidRequest, passingOn, workloadRefusal } from "./workload-refusal.ts";

/** What a subscription's `resource` says. */
export interface WatchedResource {
  kind: WatchedKind;
  /** Whose: the caller's own, a user's by key, that of a drive by its id, everybody's. */
  owner: { by: "me" | "all" } | { by: "user" | "drive"; key: string };
  /** A folder's id or well-known name. */
  folder: string | undefined;
  select: string[] | undefined;
  filter: Expression | undefined;
}

/** What can be watched below a person, by path template. */
const ofPerson: Readonly<Record<string, WatchedKind>> = {
  "/messages": "message",
  "/mailfolders/{id}/messages": "message",
  "/events": "event",
  "/calendar/events": "event",
  "/contacts": "contact",
  "/contactfolders/{id}/contacts": "contact",
  "/drive/root": "driveItem",
};

function placeOf(path: string): Pick<WatchedResource, "kind" | "owner"> | undefined {
  const { path: written, template } = canonicalPath(`/v1.0/${path}`);
  const key = written.split("/")[3] ?? "";
  if (template === "/users") return { kind: "user", owner: { by: "all" } };
  if (template === "/users/{id}") return { kind: "user", owner: { by: "user", key } };
  if (template === "/drives/{id}/root") return { kind: "driveItem", owner: { by: "drive", key } };
  const [, person, below = ""] = /^\/(me|users\/\{id\})(\/.*)$/.exec(template) ?? [];
  const kind = ofPerson[below];
  if (kind === undefined) return undefined;
  return { kind, owner: person === "me" ? { by: "me" } : { by: "user", key } };
}

const optionsTaken: ReadonlySet<string> = new Set(["$select", "$filter"]);
const neverSelected = /(?:^|,)\s*(?:body|uniqueBody)\s*(?:,|$)/i;

/** Reads a `resource`: a path below the version and, for Outlook, `$select` and `$filter`. */
export function readResource(text: string): WatchedResource {
  const [path = "", query = ""] = text.replace(/^\//, "").split(/\?(.*)/s);
  const place = placeOf(path.replace(/\/$/, ""));
  if (place === undefined) throw invalidRequest(`Resource '${text}' is not supported.`);
  const options = Object.fromEntries(
    [...new URLSearchParams(query)].map(([name, value]) => [name.toLowerCase(), value]),
  );
  if (
    Object.keys(options).some((name) => !optionsTaken.has(name)) ||
    neverSelected.test(options["$select"] ?? "")
  )
    throw workloadRefusal(
      400,
      "$top, $skip, $orderby, $select=body,uniqueBody and $expand other than singleValueExtendedProperties,multiValueExtendedProperties are not supported in subscription resource Url.",
    );
  const { select, filter } = passingOn("Create", () =>
    readQuery(options, resourceRules[place.kind].schema),
  );
  const segments = canonicalPath(`/v1.0/${path}`).path.split("/");
  const at = segments.findIndex((name) => name === "mailFolders" || name === "contactFolders");
  return { ...place, folder: at === -1 ? undefined : segments[at + 1], select, filter };
}
