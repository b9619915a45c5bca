import { getUser, listUsers } from "../operations/people.ts";
import { pageOf, success, targetFor } from "../front/answers.ts";
import { dataOf, graphListFields, item, listOf, personIdField, selectField } from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const tag = "people";
const person = { 200: { description: "Graph's user.", data: dataOf(item) } };

export function peopleRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/user",
      summary: "The signed-in user",
      tag,
      scope: "graph:read",
      connection: "query",
      query: { select: selectField },
      answers: person,
    },
    async (c, { query }) => success(await getUser(targetFor(c), query)),
  );

  register(
    router,
    {
      method: "get",
      path: "/users",
      summary: "Users of the directory",
      tag,
      scope: "graph:read",
      connection: "query",
      query: graphListFields,
      answers: { 200: { description: "Graph's users.", data: listOf() } },
    },
    async (c, { query: { order_by: orderBy, ...query } }) =>
      pageOf(await listUsers(targetFor(c), { ...query, orderBy })),
  );

  register(
    router,
    {
      method: "get",
      path: "/users/{id}",
      summary: "One user, by id or principal name",
      tag,
      scope: "graph:read",
      connection: "query",
      params: { id: personIdField },
      query: { select: selectField },
      answers: person,
    },
    async (c, { params, query }) =>
      success(await getUser(targetFor(c), { id: params.id, select: query.select })),
  );
}
