import * as z from "zod";
import { connectionIdOf, labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { connectionEventSchema, connectionInfoSchema } from "../contract/connection-info.ts";
import { connectionStub } from "../connection/stub.ts";
import { confirmConnect, disconnect, getConnection } from "../operations/connections.ts";
import { orThrow } from "../contract/or-throw.ts";
import { success, targetFor } from "../front/answers.ts";
import { dataOf, flowField, textField, wholeNumber } from "./fields.ts";
import { register, type Router } from "../front/register.ts";

const tag = "connections";

export const connectionParams = {
  id: textField(256).meta({ description: "The connection's id, such as user:42." }),
};
const info = {
  200: {
    description: "The connection.",
    data: dataOf(connectionInfoSchema.meta({ id: "ConnectionInfo" })),
  },
};
export const resourceField = textField(512).meta({
  description: "graph, arm, vault, storage, or an https:// App ID URI.",
});

const reads = {
  tag,
  scope: "connections:read",
  connection: "path",
  params: connectionParams,
} as const;
const writes = { ...reads, scope: "connections:write" } as const;

export function connectionRoutes(router: Router): void {
  register(
    router,
    {
      ...reads,
      method: "get",
      path: "/connections/{id}",
      summary: "One connection: status, identity, tokens' times",
      answers: info,
    },
    async (c) => success(await getConnection(targetFor(c))),
  );

  register(
    router,
    {
      ...writes,
      method: "delete",
      path: "/connections/{id}",
      summary: "Disconnect: forget the grant and every token",
      answers: info,
    },
    async (c) => success(await disconnect(targetFor(c))),
  );

  register(
    router,
    {
      ...writes,
      method: "post",
      path: "/connections/{id}/refresh",
      summary: "Renew a token now; joins a renewal that is under way",
      body: z.strictObject({ resource: resourceField.optional() }),
      answers: info,
    },
    async (c, { body }) => {
      const { resource } = body;
      const options = resource === undefined ? {} : { resource };
      return success(orThrow(await targetFor(c).connection.refresh(options)));
    },
  );

  register(
    router,
    {
      ...writes,
      method: "post",
      path: "/connections/{id}/confirm",
      summary: "Confirm that this user is who signed in",
      body: z.strictObject({ flow: flowField }),
      answers: info,
    },
    async (c, { body }) => success(await confirmConnect(targetFor(c), body)),
  );

  register(
    router,
    {
      ...reads,
      method: "get",
      path: "/connections/{id}/events",
      summary: "What happened, oldest first; the last 200 are kept",
      query: {
        after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
        limit: wholeNumber(1, 200).default(100),
      },
      answers: {
        200: {
          description: "Events after the one given; truncated when some before them are lost.",
          data: z.object({
            success: z.literal(true),
            data: z.array(connectionEventSchema),
            truncated: z.literal(true).optional(),
          }),
        },
      },
    },
    async (c, { query }) => {
      const { events, truncated } = orThrow(await targetFor(c).connection.events(query));
      return Response.json(
        { success: true, data: events, ...(truncated && { truncated }) },
        { headers: { "cache-control": "no-store" } },
      );
    },
  );

  register(
    router,
    {
      method: "post",
      path: "/connections",
      summary: "Take over a refresh token that another system holds",
      tag,
      scope: "admin",
      body: z.strictObject({
        user_id: userIdSchema,
        label: labelSchema.optional(),
        tenant_id: textField(253),
        refresh_token: textField(16_384),
      }),
      answers: info,
    },
    async (
      c,
      { body: { user_id: userId, label, tenant_id: tenantId, refresh_token: refreshToken } },
    ) => {
      const id = connectionIdOf({ kind: "user", userId, ...(label !== undefined && { label }) });
      c.set("connectionId", id);
      const connection = connectionStub(c.env, id);
      return success(orThrow(await connection.import({ refreshToken, tenantId })));
    },
  );
}
