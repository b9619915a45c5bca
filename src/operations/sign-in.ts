import { connectionStub } from "../connection/stub.ts";
import { verifyState } from "../connection/grant/authorization-state.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { AuthorizationStart, BeginAuthorization } from "../contract/connection-rpc.ts";
import { AzureError, failure, type Failure } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { directoryOf } from "../directory/directory.ts";
import type { Environment } from "../platform/env.ts";
import type { SessionSecret } from "../platform/keys.ts";
import type { ServiceContext } from "./context.ts";
import { admitLabel } from "./labels.ts";

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
  const connectionId = await verifyState(sessionSecret, "connect", state);
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
 *
 * @throws AzureError `invalid_request` naming `state` when it was completed before, and `tenantId` for
 *   a personal account, which Microsoft wants to sign in elsewhere
 */
export async function completeConnect(
  { env }: ServiceContext,
  connectionId: string,
  { code, state }: { code: string; state: string },
): Promise<ConnectionInfo> {
  const response = new URLSearchParams({ code, state }).toString();
  const connection = await connectionStub(env, connectionId);
  const completion = orThrow(
    await connection.completeAuthorization({ state, response, confirmed: true }),
  );
  switch (completion.outcome) {
    case "connected":
      return completion.info;
    case "refused":
      throw new AzureError(completion.error);
    case "continued":
      throw new AzureError(personalAccount());
    case "confirmation_required":
      throw new AzureError(failure("internal_error", "A confirmed sign-in was left unconfirmed."));
  }
}

const personalAccount = (): Failure =>
  failure(
    "invalid_request",
    'tenantId must be "consumers" for a personal Microsoft account: start again.',
    { details: { field: "tenantId", reason: "personal_account" } },
  );

/** A sign-in to start: at which connection, and how. */
export interface SignInStart extends BeginAuthorization {
  connectionId: string;
  /** Whether the caller may make a connection of a label that the user has not yet. */
  mayAddLabel: boolean;
}

/**
 * Starts a sign-in.
 *
 * @throws AzureError `forbidden` or `conflict` for a new label, `invalid_request` naming the field,
 *   `throttled` when too many sign-ins wait to be confirmed
 */
export async function beginSignIn(
  env: Environment,
  { connectionId, mayAddLabel, ...options }: SignInStart,
): Promise<AuthorizationStart> {
  const connection = await connectionStub(env, connectionId, { creates: true });
  const directory = directoryOf(env);
  await admitLabel({ connectionId, connection, directory }, { mayAdd: mayAddLabel });
  return orThrow(await connection.beginAuthorization(options));
}
