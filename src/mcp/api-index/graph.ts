import index from "./graph.txt";
import { readIndex, type ApiOperation } from "./read-index.ts";
import { ApiSearch } from "./search.ts";

/** Microsoft Graph's operations; read when an agent first searches. */
let read: { search: ApiSearch; byPlace: ReadonlyMap<string, ApiOperation> } | undefined;

function graph() {
  if (read === undefined) {
    const operations = readIndex(index);
    const byPlace = new Map(operations.map((found) => [placeOf(found.method, found.path), found]));
    read = { search: new ApiSearch(operations), byPlace };
  }
  return read;
}

/** Operations that plain words mean, the best first. */
export const searchGraph = (query: string, most: number) =>
  graph()
    .search.find(query, most)
    .map(({ method, path, permission }) => ({
      method,
      path,
      ...(permission !== undefined && { permission }),
    }));

/** The operation that a path is of, its ids filled in or not. */
export function operationAt(method: string, path: string): ApiOperation | undefined {
  const { byPlace } = graph();
  const exact = byPlace.get(placeOf(method, path));
  if (exact !== undefined) return exact;
  // Which segments are ids is not known: each may be one.
  const segments = path.split("/").slice(1);
  return matching(byPlace, method, segments, 0);
}

function matching(
  byPlace: ReadonlyMap<string, ApiOperation>,
  method: string,
  segments: readonly string[],
  from: number,
): ApiOperation | undefined {
  // Beyond this there is no path, and the tries would double with each segment.
  if (segments.length > 12) return undefined;
  for (let place = from; place < segments.length; place += 1) {
    const tried = segments.with(place, "{}");
    const found =
      byPlace.get(placeOf(method, `/${tried.join("/")}`)) ??
      matching(byPlace, method, tried, place + 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

const placeOf = (method: string, path: string): string =>
  `${method} ${path.replaceAll(/\{[^}]*\}/g, "{}").toLowerCase()}`;
