import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { invalid, notText } from "./path.ts";
import { kqlSearch } from "./search.ts";

export type Query = Readonly<Record<string, string | number | undefined>>;

/** What every list of Graph understands. */
export interface ListOptions {
  /** Items per page. */
  top?: number | undefined;
  /** Property names, as a list or as Graph's comma-separated string. */
  select?: string | readonly string[] | undefined;
  /** An OData `$filter` expression. */
  filter?: string | undefined;
  /**
   * What to search for: in mail and files a KQL query (`from:ada AND "annual report"`), in the
   * directory `property:text`, or text of the display name. It is quoted where it is not yet.
   */
  search?: string | undefined;
  /** An OData `$orderby` expression. */
  orderBy?: string | undefined;
  /** Ask for the total, which comes with the first page. */
  count?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Graph's largest page anywhere; most lists allow less and clamp. */
const maxTop = 1000;

/**
 * @param written how the list takes `$search`
 * @returns OData's query options; or `invalid_request` for `top` or a blank `search`
 */
export function listQuery(
  options: ListOptions,
  written: (search: string) => string = kqlSearch,
): Result<Query, Failure> {
  const { top, search } = options;
  if (search?.trim() === "") return err(invalid("search", '"search" must not be blank.'));
  if (top !== undefined && !(Number.isInteger(top) && top >= 1 && top <= maxTop)) {
    return err(invalid("top", `"top" must be a whole number from 1 to ${maxTop}.`));
  }
  return ok({
    $top: top,
    $select: selected(options.select),
    $filter: options.filter,
    $search: search === undefined ? undefined : written(search),
    $orderby: options.orderBy,
    $count: options.count ? "true" : undefined,
  });
}

export const selected = (select: ListOptions["select"]): string | undefined =>
  (typeof select === "string" ? select : select?.join(",")) || undefined;

/**
 * Appends a query. Names are OData's own and stay readable (`$top`); a space is `%20`, since a
 * plus sign is a plus sign to some of the services behind Graph.
 *
 * @returns the path; or `invalid_request` for the option that no URL can hold
 */
export function withQuery(path: string, query: Query): Result<string, Failure> {
  const pairs: string[] = [];
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    const text = String(value);
    if (!text.isWellFormed()) return err(notText(argumentOf(name)));
    pairs.push(`${name}=${encodeURIComponent(text)}`);
  }
  if (pairs.length === 0) return ok(path);
  return ok(`${path}${path.includes("?") ? "&" : "?"}${pairs.join("&")}`);
}

/** What callers of this client call an option of OData. */
const argumentOf = (name: string): string =>
  name === "$orderby" ? "orderBy" : name.replace("$", "");

export interface Preferences {
  /** Windows or IANA name of the zone in which times are given. Default UTC. */
  timeZone?: string | undefined;
  bodyType?: "text" | "html" | undefined;
  /** Ids that survive moving an item between folders. */
  immutableIds?: boolean | undefined;
  maxPageSize?: number | undefined;
}

/** @returns the `Prefer` header, if any; or `invalid_request` for `timeZone` */
export function preferHeader(
  preferences: Preferences,
): Result<Readonly<Record<string, string>>, Failure> {
  const { timeZone, bodyType, immutableIds, maxPageSize } = preferences;
  if (timeZone !== undefined && !/^[\w .,:()&'/+-]{1,64}$/.test(timeZone)) {
    return err(invalid("timeZone", '"timeZone" must be the name of a time zone.'));
  }
  const values = [
    ...(timeZone === undefined ? [] : [`outlook.timezone="${timeZone}"`]),
    ...(bodyType === undefined ? [] : [`outlook.body-content-type="${bodyType}"`]),
    ...(immutableIds ? ['IdType="ImmutableId"'] : []),
    ...(maxPageSize === undefined ? [] : [`odata.maxpagesize=${maxPageSize}`]),
  ];
  return ok(values.length === 0 ? {} : { prefer: values.join(", ") });
}
