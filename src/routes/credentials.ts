import * as z from "zod";
import { mintSession } from "../callers/session.ts";
import { mintTicket } from "../callers/ticket.ts";
import { userIdSchema } from "../connection/connection-id.ts";
import { getConnection } from "../operations/connections.ts";
import { orThrow } from "../or-throw.ts";
import { success, targetFor } from "./answers.ts";
import { connectionParams, resourceField } from "./connections.ts";
import { dataOf, sessionFields, timeField, wholeNumber } from "./fields.ts";
import { register, type Router } from "./register.ts";

const tag = "credentials";

export function credentialRoutes(router: Router): void {
  register(
    router,
    {
      method: "post",
      path: "/sessions",
      summary: "A token for one user's browser",
      tag,
      scope: "connections:write",
      body: z.strictObject({
        user_id: userIdSchema,
        ...sessionFields,
      }),
      answers: {
        200: {
          description: "The token.",
          data: dataOf(z.object({ token: z.string(), expires_at: timeField })),
        },
      },
    },
    async (c, { body: { user_id: userId, scopes: asked, ttl } }) => {
      const { config, caller } = c.var;
      const request = { userId, scopes: asked, ttl };
      const { token, expiresAt } = orThrow(
        await mintSession(config.sessionSecret, caller, request, Date.now()),
      );
      return success({ token, expires_at: expiresAt });
    },
  );

  register(
    router,
    {
      method: "post",
      path: "/connections/{id}/tickets",
      summary: "A one-time ticket for the live socket, good for 30 seconds",
      tag,
      // A ticket gives what reading gives, and a page that may read has no other way to a socket.
      scope: "connections:read",
      connection: "path",
      params: connectionParams,
      answers: {
        200: {
          description: "The ticket.",
          data: dataOf(z.object({ ticket: z.string(), expires_at: timeField })),
        },
      },
    },
    async (c) => {
      const { config, caller, connectionId } = c.var;
      await getConnection(targetFor(c));
      const { ticket, expiresAt } = await mintTicket(
        config.sessionSecret,
        caller,
        connectionId,
        Date.now(),
      );
      return success({ ticket, expires_at: expiresAt });
    },
  );

  register(
    router,
    {
      method: "get",
      path: "/connections/{id}/token",
      summary: "The access token itself, for a server that calls Microsoft on its own",
      tag,
      scope: "tokens:read",
      // A resource that was never asked for gets a row of its own, with a token or a refusal.
      changes: true,
      connection: "path",
      params: connectionParams,
      query: {
        resource: resourceField,
        tenant_id: z.guid("must be a tenant's GUID").optional(),
        min_validity: wholeNumber(0, 86_400)
          .optional()
          .meta({ description: "Seconds; default 30." }),
        stale_generation: wholeNumber(0, Number.MAX_SAFE_INTEGER)
          .optional()
          .meta({ description: "The generation of a token that the resource refused." }),
      },
      answers: {
        200: {
          description: "The token.",
          data: dataOf(z.object({ token: z.string(), expires_at: timeField, generation: z.int() })),
        },
      },
    },
    async (c, { query }) => {
      const { resource, tenant_id: tenantId } = query;
      const { min_validity: minValiditySeconds, stale_generation: staleGeneration } = query;
      return success(
        orThrow(
          await targetFor(c).connection.accessToken({
            resource,
            ...(tenantId !== undefined && { tenantId }),
            ...(minValiditySeconds !== undefined && { minValiditySeconds }),
            ...(staleGeneration !== undefined && { staleGeneration }),
          }),
        ),
      );
    },
  );
}
