import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";
import { parseExpand } from "./odata/expand.ts";
import type { Expansion } from "./odata/expand.ts";
import { objectionTo } from "./odata/filter-check.ts";
import type { Expression } from "./odata/filter-expression.ts";
import { parseFilter } from "./odata/filter-parser.ts";
import { parseOrder } from "./odata/order.ts";
import type { Ordering } from "./odata/order.ts";
import type { EntitySchema } from "./odata/schema.ts";
import { parseSelect } from "./odata/select.ts";
import { optionNamed } from "./query-options.ts";
import type { QueryOptions, SystemOption } from "./query-options.ts";
import type { Result } from "../../../src/contract/result.ts";

/** The query options that every list understands the same way, read against its type. */
export interface Query {
  filter: Expression | undefined;
  order: Ordering[] | undefined;
  select: string[] | undefined;
  expand: Expansion[];
  count: boolean;
}

export function badRequest(message: string, code = "BadRequest"): GraphError {
  return new GraphError(400, code, message);
}

/** The value, or a 400 that says what OData's parser said. */
export function valueOr400<T>(result: Result<T, string>, code = "BadRequest", prefix = ""): T {
  if (!result.ok) throw badRequest(`${prefix}${result.error}`, code);
  return result.value;
}

/** Reads $filter, $orderby, $select, $expand and $count of a request against a type. */
export function readQuery(options: QueryOptions, schema: EntitySchema, code = "BadRequest"): Query {
  const { $filter, $orderby, $select, $count = "false", $expand } = options;
  const filter =
    $filter === undefined
      ? undefined
      : valueOr400(parseFilter($filter), code, "Invalid filter clause: ");
  const objection = filter && objectionTo(filter, schema);
  if (objection !== undefined) throw badRequest(`Invalid filter clause: ${objection}`, code);
  if (!/^(?:true|false)$/i.test($count))
    throw badRequest(
      `Invalid value '${$count}' for $count query option found. Valid values are 'true, false'.`,
      code,
    );
  return {
    filter,
    order: $orderby === undefined ? undefined : valueOr400(parseOrder($orderby, schema), code),
    select: $select === undefined ? undefined : valueOr400(parseSelect($select, schema), code),
    expand: $expand === undefined ? [] : valueOr400(parseExpand($expand, schema), code),
    count: $count.toLowerCase() === "true",
  };
}

/** The $select inside an $expand. Throws for what the type lacks, and for an $expand in it. */
export function expandedSelect(
  { name, select, expand }: Expansion,
  schema: EntitySchema,
): string[] | undefined {
  if (expand !== undefined)
    throw badRequest(`The sandbox knows no $expand inside $expand=${name}.`);
  return select === undefined ? undefined : valueOr400(parseSelect(select, schema));
}

/** The request's own absolute URL with one query option set. */
export function linkWith(c: GraphContext, option: SystemOption, value: string): string {
  const asked = new URL(c.req.url);
  const spelled = [...asked.searchParams.keys()].find((name) => optionNamed(c, name) === option);
  asked.searchParams.set(spelled ?? option, value);
  return `${c.env.base}${asked.pathname}${asked.search}`;
}
