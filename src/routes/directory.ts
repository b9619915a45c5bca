import * as z from "zod";
import { userIdSchema } from "../contract/connection-id.ts";
import { connectionInfoSchema, connectionStatuses } from "../contract/connection-info.ts";
import { connectionStub } from "../connection/stub.ts";
import { listedConnectionSchema } from "../directory/entry.ts";
import { restoreConnection } from "../operations/restore.ts";
import { appHealth, appHealthSchema } from "../operations/app-health.ts";
import { directoryIn, listConnections } from "../operations/directory.ts";
import { orThrow } from "../contract/or-throw.ts";
import { pageOf, success } from "../front/answers.ts";
import { connectionParams } from "./connections.ts";
import { cursorField, dataOf, listOf, topField } from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const tag = "connections";

/** What is asked of all connections together, and what mends one that was lost. */
export function directoryRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/connections",
      summary: "Connections by id; a user's own credential sees its own",
      tag,
      scope: "connections:read",
      query: {
        status: z.enum(connectionStatuses).optional(),
        user_id: userIdSchema.optional(),
        top: topField,
        cursor: cursorField,
      },
      answers: {
        200: {
          description: "As told some seconds ago at most.",
          data: listOf(listedConnectionSchema.meta({ id: "ListedConnection" })),
        },
      },
    },
    async (c, { query: { user_id: userId, ...query } }) => {
      const { caller, config } = c.var;
      const access = { caller, sessionSecret: config.sessionSecret };
      return pageOf(await listConnections(directoryIn(c.env), access, { ...query, userId }));
    },
  );

  register(
    router,
    {
      method: "post",
      path: "/connections/{id}/restore",
      summary: "Give a connection whose object was lost its grant back",
      tag,
      scope: "admin",
      connection: "path",
      params: connectionParams,
      answers: {
        200: { description: "The connection.", data: dataOf(connectionInfoSchema) },
      },
    },
    async (c) => {
      const { connectionId } = c.var;
      const connection = connectionStub(c.env, connectionId);
      return success(
        orThrow(await restoreConnection(directoryIn(c.env), connection, connectionId)),
      );
    },
  );

  register(
    router,
    {
      method: "get",
      path: "/health/app",
      summary:
        "Which credentials work, how many connections wait for one, and what is not deployed",
      tag: "service",
      scope: "admin",
      answers: {
        200: {
          description: "Asked of Microsoft just now, and counted in the directory.",
          data: dataOf(appHealthSchema.meta({ id: "AppHealth" })),
        },
      },
    },
    async (c) =>
      success(
        await appHealth(c.var.config, c.env, {
          fetch: (input, init) => fetch(input, init),
          now: () => Date.now(),
        }),
      ),
  );
}
