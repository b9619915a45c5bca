import { queryParameter } from "../query-parameter.ts";
import { type Answer, failure } from "./answer.ts";

const DEFAULT_PAGE_SIZE = 1000;

interface Position {
  offset: number;
  /** The empty page in the middle has been served. */
  paused: boolean;
}

const encode = ({ offset, paused }: Position) =>
  btoa(JSON.stringify([offset, paused ? 1 : 0]))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function decode(token: string): Position | undefined {
  try {
    const value: unknown = JSON.parse(atob(token.replaceAll("-", "+").replaceAll("_", "/")));
    if (!Array.isArray(value)) return undefined;
    const [offset, paused]: unknown[] = value;
    return typeof offset === "number" && Number.isInteger(offset) && offset >= 0
      ? { offset, paused: paused === 1 }
      : undefined;
  } catch {
    return undefined;
  }
}

export interface PageRequest {
  url: URL;
  base: string;
  /** The sandbox's own page size, when one was set. */
  pageSize: number | null;
  /**
   * Puts a page without items, but with a nextLink, after the first: ARM may do that anywhere,
   * and a list ends only where nextLink is missing.
   */
  emptyPage?: boolean;
}

const invalidQuery = (name: string, value: string) =>
  failure(
    400,
    "InvalidQueryParameterValue",
    `The value '${value}' of the query parameter '${name}' is invalid.`,
  );

/**
 * One page of a list: the smallest of `$top`, the sandbox's page size and ARM's own limit. The
 * nextLink is absolute and repeats the query with an opaque `$skiptoken`.
 */
export function page<Item>(
  items: readonly Item[],
  { url, base, pageSize, emptyPage = false }: PageRequest,
): Answer | { value: readonly Item[]; nextLink?: string } {
  const top = queryParameter(url, "$top");
  if (top !== undefined && !/^[1-9]\d{0,8}$/.test(top)) return invalidQuery("$top", top);
  const size = Math.min(
    top === undefined ? DEFAULT_PAGE_SIZE : Number(top),
    pageSize ?? DEFAULT_PAGE_SIZE,
  );
  const token = queryParameter(url, "$skiptoken");
  const position = token === undefined ? { offset: 0, paused: false } : decode(token);
  if (!position) return invalidQuery("$skiptoken", token ?? "");

  const { offset, paused } = position;
  const next = (to: Position) => nextLink(url, base, to);
  if (emptyPage && !paused && offset > 0)
    return { value: [], nextLink: next({ offset, paused: true }) };
  const value = items.slice(offset, offset + size);
  const end = offset + value.length;
  return end < items.length ? { value, nextLink: next({ offset: end, paused }) } : { value };
}

function nextLink(url: URL, base: string, position: Position): string {
  const query = new URLSearchParams();
  for (const [name, value] of url.searchParams)
    if (name.toLowerCase() !== "$skiptoken") query.append(name, value);
  query.append("$skiptoken", encode(position));
  return `${base}${url.pathname}?${query}`;
}
