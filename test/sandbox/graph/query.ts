import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";
import { objectionTo } from "./odata/filter-check.ts";
import type { Expression } from "./odata/filter-expression.ts";
import { parseFilter } from "./odata/filter-parser.ts";
import { parseOrder } from "./odata/order.ts";
import type { Ordering } from "./odata/order.ts";
import type { EntitySchema } from "./odata/schema.ts";
import { parseSelect } from "./odata/select.ts";
import type { Result } from "../../../src/result.ts";

/** The query options that every list understands the same way. */
export interface Query {
  filter: Expression | undefined;
  order: Ordering[] | undefined;
  select: string[] | undefined;
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

/** Reads $filter, $orderby, $select and $count of a request against a type. */
export function readQuery(c: GraphContext, schema: EntitySchema, code = "BadRequest"): Query {
  const { $filter, $orderby, $select, $count } = c.req.query();
  const filter =
    $filter === undefined
      ? undefined
      : valueOr400(parseFilter($filter), code, "Invalid filter clause: ");
  const objection = filter && objectionTo(filter, schema);
  if (objection !== undefined) throw badRequest(`Invalid filter clause: ${objection}`, code);
  return {
    filter,
    order: $orderby === undefined ? undefined : valueOr400(parseOrder($orderby, schema), code),
    select: $select === undefined ? undefined : valueOr400(parseSelect($select, schema), code),
    count: $count === "true",
  };
}

/** The request's own absolute URL with some query options changed; null takes one away. */
export function linkWith(c: GraphContext, changes: Record<string, string | null>): string {
  const asked = new URL(c.req.url);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) asked.searchParams.delete(name);
    else asked.searchParams.set(name, value);
  }
  return `${c.env.base}${asked.pathname}${asked.search}`;
}
