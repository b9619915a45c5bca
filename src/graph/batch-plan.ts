import type { BatchRequest } from "../contract/batch.ts";
import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { invalid, notText } from "./path.ts";
import { defined } from "../contract/defined.ts";

/** A request ready for the wire. */
export interface BatchItem {
  id: string;
  method: string;
  url: string;
  headers?: Readonly<Record<string, string>>;
  body?: unknown;
  dependsOn?: readonly string[];
}

/** Graph takes this many requests in one `$batch`. */
const batchLimit = 20;

const methods: ReadonlySet<string> = new Set(["GET", "POST", "PUT", "PATCH", "DELETE"]);

/**
 * Checks the requests of a batch and completes them: ids, JSON content types.
 *
 * @returns the items in the order given; or `invalid_request` naming the field that is wrong
 */
export function batchItems(requests: readonly BatchRequest[]): Result<BatchItem[], Failure> {
  const places = new Map<string, number>();
  // Graph takes ids that differ by letter case alone for the same one.
  const taken = new Set<string>();
  const items: BatchItem[] = [];
  for (const [place, request] of requests.entries()) {
    const field = `requests[${place}]`;
    const id = String(request.id ?? place + 1);
    const method = request.method.toUpperCase();
    if (id === "" || taken.has(id.toLowerCase())) {
      return err(invalid(`${field}.id`, "Ids must be unique, whatever their letter case."));
    }
    if (!methods.has(method)) {
      return err(invalid(`${field}.method`, `"${field}.method" is not a method of Graph.`));
    }
    if (!request.url.isWellFormed()) return err(notText(`${field}.url`));
    if (!isRelative(request.url)) {
      return err(invalid(`${field}.url`, `"${field}.url" must be a path such as "/me/messages".`));
    }
    places.set(id, place);
    taken.add(id.toLowerCase());
    items.push(completed(request, id, method));
  }
  return firstWrongDependency(items, places) ?? ok(items);
}

function completed(request: BatchRequest, id: string, method: string): BatchItem {
  const { url, headers, body, dependsOn } = request;
  const typed =
    body === undefined ||
    Object.keys(headers ?? {}).some((name) => name.toLowerCase() === "content-type");
  // Graph refuses a body without a type.
  const complete = typed ? headers : { ...headers, "Content-Type": "application/json" };
  return {
    id,
    method,
    url,
    ...defined({ headers: complete, body }),
    ...(dependsOn === undefined || dependsOn.length === 0 ? {} : { dependsOn }),
  };
}

function isRelative(url: string): boolean {
  const path = (url.split(/[?#]/)[0] ?? "").replaceAll(/%2f|%5c|\\/gi, "/");
  const climbs = path.split("/").some((part) => /^(?:\.|%2e){1,2}$/i.test(part));
  return /^\/(?![/\\])/.test(url) && !climbs && !/^\/(?:\$|%24)batch/i.test(url);
}

/** Requests that depend on each other have to travel together: at most 20 of them. */
function firstWrongDependency(
  items: readonly BatchItem[],
  places: ReadonlyMap<string, number>,
): Result<never, Failure> | undefined {
  for (const [place, item] of items.entries()) {
    const field = `requests[${place}].dependsOn`;
    for (const id of item.dependsOn ?? []) {
      const target = places.get(id);
      if (target === undefined) return err(invalid(field, `"${field}" names an unknown id.`));
      // OData JSON 4.01 §19.1: only preceding requests, which also rules out circles.
      if (target >= place) {
        return err(invalid(field, `"${field}" may only name requests that come before.`));
      }
    }
  }
  const long = groups(items).find((group) => group.length > batchLimit)?.[batchLimit];
  if (long === undefined) return undefined;
  const field = `requests[${items.indexOf(long)}].dependsOn`;
  return err(
    invalid(field, `"${field}" makes more than ${batchLimit} requests depend on each other.`),
  );
}

/**
 * Splits items into parts of at most 20, in their order, and keeps what depends on each other in
 * one part. The items have passed `batchItems`.
 */
export function batchParts(items: readonly BatchItem[]): BatchItem[][] {
  const order = new Map(items.map((item, place) => [item, place]));
  const parts: BatchItem[][] = [];
  for (const group of groups(items)) {
    const room = parts.find((part) => part.length + group.length <= batchLimit);
    if (room === undefined) parts.push([...group]);
    else room.push(...group);
  }
  const place = (item: BatchItem): number => order.get(item) ?? 0;
  return parts.map((part) => part.toSorted((a, b) => place(a) - place(b)));
}

/** The items joined by `dependsOn`, in the order of their first members. */
function groups(items: readonly BatchItem[]): BatchItem[][] {
  const groupOf = new Map<string, BatchItem[]>();
  const all = new Set<BatchItem[]>();
  for (const item of items) {
    const joined = new Set((item.dependsOn ?? []).map((id) => groupOf.get(id) ?? []));
    const merged = [...[...joined].flat(), item];
    for (const group of joined) all.delete(group);
    all.add(merged);
    for (const { id } of merged) groupOf.set(id, merged);
  }
  return [...all];
}
