import { defined } from "../contract/defined.ts";
import * as z from "zod";
import { requires } from "../front/require.ts";
import { readProtocols, verifyTicket, type Ticket } from "../callers/ticket.ts";
import { liveRequest } from "../connection/live/live-request.ts";
import { connectionStub } from "../connection/stub.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import { connectionIdOf } from "../contract/connection-owner.ts";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import { liveProtocol } from "../contract/live-socket.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Scope } from "../contract/scope.ts";
import { requireScope } from "../callers/caller.ts";
import type { Context, Middleware } from "../front/context.ts";
import { parseInput } from "../operations/failures.ts";
import { wholeNumber } from "../api/fields.ts";
import { guardsOf, honoPath } from "../front/register.ts";
import { upstreamFailure } from "../http/upstream-error.ts";
import type { Router } from "../front/router.ts";

const path = "/connections/{id}/live";

const querySchema = z.strictObject({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER).optional(),
  changes: z
    .enum(["1"])
    .optional()
    .meta({ description: "Also what watches report; needs graph:read." }),
  changes_after: wholeNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: "The last change seen." }),
});

/** How long the socket may live, and the ticket that the actor has to use up. */
interface Admission {
  /** Of the credential, or of the one that the ticket was bought with. */
  scopes: ReadonlySet<Scope>;
  /** Milliseconds since the epoch; absent: as long as the client wants. */
  expiresAt?: number;
  ticket?: Ticket;
}

const admissions = new WeakMap<Request, Admission>();

/** The socket of a connection. Registered before all that touches headers: a 101 has fixed ones. */
export function liveRoutes(router: Router): void {
  router.documented.push(() => ({
    method: "GET",
    path,
    summary:
      "A WebSocket that sends a snapshot, then events as they happen. By Authorization, or by the subprotocols azure.v1 and ticket.{ticket}",
    tag: "connections",
    scope: "connections:read",
    params: { id: z.string().min(1).max(256) },
    query: querySchema.shape,
    answers: {
      101: { description: "The socket; it names azure.v1 when the client offered it." },
    },
  }));
  router.app.on(
    "GET",
    [honoPath(path)],
    ...guardsOf({ path, access: admitted, changes: true }),
    (c) => open(c),
  );
}

const byAuthorization = requires({ scope: () => "connections:read", connection: "path" });

/** A page cannot set headers on a socket: it brings a ticket among the subprotocols. */
const admitted: Middleware = async (c, next) => {
  const { ticket } = readProtocols(c.req.header("sec-websocket-protocol"));
  if (c.req.header("authorization") !== undefined || ticket === undefined) {
    return byAuthorization(c, async () => {
      const { expiresAt, scopes } = c.get("caller");
      admissions.set(c.req.raw, { scopes, ...defined({ expiresAt }) });
      await next();
    });
  }
  // As the ticket has it, which a tenant's id need not be: it may be written in capitals.
  const owner = parseConnectionId(c.req.param("id") ?? "");
  const connectionId = owner && connectionIdOf(owner);
  const { sessionSecret } = c.get("config");
  const verified =
    connectionId && (await verifyTicket(sessionSecret, ticket, connectionId, Date.now()));
  if (!connectionId || !verified) {
    throw new AzureError(
      failure("unauthenticated", "This ticket is not one of this connection, or no longer valid."),
    );
  }
  c.set("connectionId", connectionId);
  const { credentialExpiresAt, scopes } = verified;
  admissions.set(c.req.raw, {
    scopes,
    ticket: verified,
    ...defined({ expiresAt: credentialExpiresAt }),
  });
  await next();
};

async function open(c: Context): Promise<Response> {
  if (c.req.header("upgrade")?.toLowerCase() !== "websocket") {
    throw new AzureError(invalidField("upgrade", "must be websocket on this route"));
  }
  const { after, changes, changes_after: changesAfter } = parseInput(querySchema, c.req.query());
  const admission = admissions.get(c.req.raw) ?? { scopes: new Set() };
  if (changes !== undefined) orThrow(requireScope(admission, "graph:read"));
  else if (changesAfter !== undefined) {
    throw new AzureError(invalidField("changes_after", "goes with changes=1"));
  }
  const connection = await connectionStub(c.env, c.get("connectionId"));
  const answer = await connection.fetch(
    liveRequest({
      after,
      changes: changes && { after: changesAfter },
      expiresAt: admission.expiresAt ?? null,
      ticket: admission.ticket && {
        jti: admission.ticket.id,
        expiresAt: admission.ticket.expiresAt,
      },
    }),
  );
  // What the connection refuses is reported like any other error of ours, with the request id.
  if (answer.status !== 101 || answer.webSocket === null) {
    throw new AzureError(await upstreamFailure(answer, { now: Date.now(), write: false }));
  }
  const { live } = readProtocols(c.req.header("sec-websocket-protocol"));
  return new Response(null, {
    status: 101,
    webSocket: answer.webSocket,
    // A client that offered protocols fails when none is named.
    ...(live && { headers: { "sec-websocket-protocol": liveProtocol } }),
  });
}
