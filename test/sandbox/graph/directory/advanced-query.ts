import { nodesOf } from "../odata/filter-expression.ts";
import type { Expression } from "../odata/filter-expression.ts";

/** What of a directory query bears on whether it is an advanced one. */
export interface DirectoryQuery {
  filter: Expression | undefined;
  ordered: boolean;
  search: boolean;
  count: boolean;
  /** The header `ConsistencyLevel: eventual` is there. */
  eventual: boolean;
}

/** The first property of a clause that the plain index cannot answer. */
function unindexed(filter: Expression): string | undefined {
  for (const node of nodesOf(filter)) {
    if (node.kind === "not") {
      const [inner] = nodesOf(node.operand);
      return inner !== undefined && "path" in inner ? inner.path.join("/") : "";
    }
    if (node.kind === "compare" && node.operator === "ne") return node.path.join("/");
    if (node.kind === "text" && node.name === "endswith") return node.path.join("/");
  }
  return undefined;
}

/**
 * Why Microsoft's directory refuses a query, or undefined. `$search` needs the header alone;
 * `ne`, `not`, `endsWith` and $filter together with $orderby need `$count=true` as well; users know
 * no `contains` at all.
 */
export function refusalOf(query: DirectoryQuery): string | undefined {
  const { filter, ordered, search, count, eventual } = query;
  if (search && !eventual)
    return "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'";
  if (filter === undefined) return undefined;
  for (const node of nodesOf(filter)) {
    if (node.kind === "text" && node.name === "contains")
      return `Unsupported or invalid query filter clause specified for property '${node.path.join("/")}' of resource 'User'.`;
  }
  if (eventual && count) return undefined;
  const property = unindexed(filter);
  if (property !== undefined)
    return `Unsupported or invalid query filter clause specified for property '${property}' of resource 'User'.`;
  return ordered ? "Sorting not supported for current query." : undefined;
}
