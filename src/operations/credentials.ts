import { defined } from "../contract/defined.ts";
import { createSession, createTicket, getToken } from "../api/credentials.ts";
import { mintSession } from "../callers/session.ts";
import { mintTicket } from "../callers/ticket.ts";
import { orThrow } from "../contract/or-throw.ts";
import { serve } from "./serve.ts";

export const credentials = [
  serve(createSession, async ({ config, caller, now }, request) => {
    const session = orThrow(await mintSession(config.sessionSecret, caller, request, now()));
    return { token: session.token, expires_at: session.expiresAt };
  }),
  serve(createTicket, async ({ config, caller, connection, connectionId, now }) => {
    orThrow(await connection.info());
    const minted = await mintTicket(config.sessionSecret, caller, connectionId, now());
    return { ticket: minted.ticket, expires_at: minted.expiresAt };
  }),
  serve(getToken, async ({ connection }, { resource, tenantId, minValidity, staleGeneration }) =>
    orThrow(
      await connection.accessToken({
        resource,
        ...defined({ tenantId, minValiditySeconds: minValidity, staleGeneration }),
      }),
    ),
  ),
] as const;
