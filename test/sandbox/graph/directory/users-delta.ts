import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { nodesOf } from "../odata/filter-expression.ts";
import type { Expression } from "../odata/filter-expression.ts";
import { project } from "../odata/select.ts";
import { badRequest, readQuery } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { DEFAULT_USER_PROPERTIES, userSchema } from "./user.ts";

const CODE = "Request_BadRequest";
/** Objects that a filter may follow. */
const MOST_IDS = 50;

const unsupported = () => badRequest("Unsupported Query.", "Request_UnsupportedQuery");

/** The ids that `id eq '…' or id eq '…'` follows. Throws for any other filter. */
function followedIds(filter: Expression | undefined): ReadonlySet<string> | undefined {
  if (filter === undefined) return undefined;
  const ids: string[] = [];
  for (const node of nodesOf(filter)) {
    if (node.kind === "or") continue;
    const id = idIn(node);
    if (id === undefined) throw unsupported();
    ids.push(id);
  }
  if (ids.length > MOST_IDS) throw unsupported();
  return new Set(ids);
}

function idIn(node: Expression): string | undefined {
  if (node.kind !== "compare" || node.operator !== "eq") return undefined;
  const { path, literal } = node;
  const isId = path.join("/").toLowerCase() === "id" && literal.type === "string";
  return isId ? literal.value.toLowerCase() : undefined;
}

/** Refuses what a delta query of users does not take: it follows ids, in no order. */
function checkOptions(c: GraphContext): void {
  const options = directoryOptions(
    c,
    // Page sizes are the directory's own: $top is taken and means nothing.
    ["$select", "$filter", "$top", "$skiptoken", "$deltatoken"],
    unsupported,
  );
  followedIds(readQuery(options, userSchema, CODE).filter);
}

const style = (c: GraphContext, tenantId: string): DeltaStyle => ({
  collection: `users ${tenantId}`,
  parameters: { skip: "$skiptoken", delta: "$deltatoken" },
  knowsLatest: true,
  lastPageApart: false,
  takesTop: false,
  usual: 100,
  most: 999,
  check: () => checkOptions(c),
  gone: (fresh) =>
    new GraphError(
      410,
      "syncStateNotFound",
      "The sync state is no longer available. Start again with the link in the Location header.",
      { headers: { location: `${fresh}?%24deltatoken=` } },
    ),
});

/** GET /users/delta. */
export function usersDelta(c: GraphContext, state: GraphState): Response {
  const { tenantId } = c.get("caller");
  const { users } = state.directory(tenantId);
  const { entries, links } = deltaAnswer(c, state, style(c, tenantId), users, (options) => {
    const { filter, select } = readQuery(options, userSchema, CODE);
    const followed = followedIds(filter);
    return {
      place: ({ id, item }): Record<string, unknown>[] => {
        if (followed?.has(id) === false) return [];
        if (item === undefined) return [{ id, "@removed": { reason: "changed" } }];
        return [project(item, select ?? DEFAULT_USER_PROPERTIES, ["id"])];
      },
    };
  });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#users`,
    ...links,
    value: entries,
  });
}
