import { parseConnectionId } from "../connection/connection-id.ts";
import { verifyState } from "../connection/authorization-state.ts";
import type {
  AuthorizationStart,
  BeginAuthorization,
  ConnectionInfo,
} from "../connection/contract.ts";
import type { ConnectionStub } from "../connection/stub.ts";
import { AzureError, failure } from "../errors.ts";
import type { SessionSecret } from "../keys.ts";
import { orThrow } from "../or-throw.ts";

interface Held {
  connection: ConnectionStub;
}

export const getConnection = async ({ connection }: Held): Promise<ConnectionInfo> =>
  orThrow(await connection.info());

export const disconnect = async ({ connection }: Held): Promise<ConnectionInfo> =>
  orThrow(await connection.disconnect());

export const beginConnect = async (
  { connection }: Held,
  options: BeginAuthorization,
): Promise<AuthorizationStart> => orThrow(await connection.beginAuthorization(options));

export const confirmConnect = async (
  { connection }: Held,
  { flow }: { flow: string },
): Promise<ConnectionInfo> => orThrow(await connection.confirmAuthorization({ flow }));

/**
 * The connection a state belongs to, when it is one of this user's.
 *
 * @throws AzureError `not_found` for a state that was not made here, or for somebody else
 */
export async function connectionOfState(
  sessionSecret: SessionSecret,
  state: string,
  owner: { userId: string; label?: string | undefined },
): Promise<string> {
  const connectionId = await verifyState(sessionSecret, state);
  const named = connectionId === undefined ? undefined : parseConnectionId(connectionId);
  const matches =
    named?.kind === "user" &&
    named.userId === owner.userId &&
    (owner.label === undefined || named.label === owner.label);
  if (connectionId === undefined || !matches) {
    throw new AzureError(failure("not_found", "There is no such sign-in of this user."));
  }
  return connectionId;
}

/**
 * Completes and confirms a sign-in whose callback the host took itself, having made sure who is
 * signed in there.
 */
export async function completeConnect(
  { connection }: Held,
  { code, state }: { code: string; state: string },
): Promise<ConnectionInfo> {
  const response = new URLSearchParams({ code, state }).toString();
  const completion = orThrow(
    await connection.completeAuthorization({ state, response, confirmed: true }),
  );
  switch (completion.outcome) {
    case "connected":
      return completion.info;
    case "refused":
      throw new AzureError(completion.error);
    case "confirmation_required":
      throw new AzureError(failure("internal_error", "A confirmed sign-in was left unconfirmed."));
  }
}
