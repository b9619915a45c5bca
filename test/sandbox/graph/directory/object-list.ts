import { json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { matches } from "../odata/filter-match.ts";
import { sortBy } from "../odata/order.ts";
import { pageAt, pageSize } from "../odata/page.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { project } from "../odata/select.ts";
import { badRequest, linkWith, readQuery } from "../query.ts";
import { directoryOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { refusalOf } from "./advanced-query.ts";
import type { DirectoryObject } from "./directory.ts";
import { groupSchema } from "./group.ts";
import { DEFAULT_USER_PROPERTIES, userSchema } from "./user.ts";

const CODE = "Request_BadRequest";

/** What a list of users and groups may be asked for: the properties of both. */
const objectSchema: EntitySchema = {
  name: "microsoft.graph.directoryObject",
  properties: { ...userSchema.properties, ...groupSchema.properties },
};

/** A user or group as a list shows it that may hold both. */
export const viewObject = ({ kind, entity }: DirectoryObject, select?: readonly string[]) => ({
  "@odata.type": `#microsoft.graph.${kind}`,
  ...project(entity, select ?? (kind === "user" ? DEFAULT_USER_PROPERTIES : undefined)),
});

/**
 * Answers a list of users and groups: filter, order, page, selection, in that order.
 *
 * @param kind the one type that the list holds; undefined: either
 */
export function answerObjects(
  c: GraphContext,
  state: GraphState,
  { objects, path, kind }: { objects: readonly DirectoryObject[]; path: string; kind?: "group" },
): Response {
  const options = directoryOptions(
    c,
    ["$select", "$filter", "$orderby", "$top", "$count", "$skiptoken"],
    (option) => badRequest(`'${option}' is not supported by the service.`, CODE),
  );
  const query = readQuery(options, kind === "group" ? groupSchema : objectSchema, CODE);
  const { filter, order, select, count } = query;
  const isEventual = c.req.header("consistencylevel")?.toLowerCase() === "eventual";
  const refused = refusalOf({
    filter,
    ordered: order !== undefined,
    search: false,
    count,
    eventual: isEventual,
  });
  if (refused !== undefined) throw badRequest(refused, "Request_UnsupportedQuery");
  const setting = state.world.settings.page_size;
  const sized = pageSize({ top: options["$top"] ?? null, usual: 100, most: 999, setting });
  if (!sized.ok)
    throw badRequest(
      `Invalid page size specified: '${sized.error}'. Must be between 1 and 999 inclusive.`,
      "Request_UnsupportedQuery",
    );
  const found = objects.filter(({ entity }) => filter === undefined || matches(filter, entity));
  const sorted = order === undefined ? found : sortBy(found, order, ({ entity }) => entity);
  const token = options["$skiptoken"];
  const start = token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString()) || 0;
  const { items, next } = pageAt(sorted, start, sized.value);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#${path}`,
    ...(count && isEventual && start === 0 ? { "@odata.count": sorted.length } : {}),
    ...(next === undefined
      ? {}
      : {
          "@odata.nextLink": linkWith(
            c,
            "$skiptoken",
            Buffer.from(String(next)).toString("base64url"),
          ),
        }),
    value: items.map((object) =>
      kind === undefined ? viewObject(object, select) : { ...project(object.entity, select) },
    ),
  });
}
