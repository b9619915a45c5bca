import { connectionStub } from "../connection/stub.ts";
import { userConnectionId } from "../contract/connection-owner.ts";
import type { Failure } from "../contract/errors.ts";
import { ok, type Result } from "../contract/result.ts";
import type { Environment } from "../platform/env.ts";
import type { StepOf } from "./transactions.ts";

/**
 * Connects an account that has signed in, as the user that it is. A connection of this account that works
 * stays as it is.
 */
export async function connectAccount(
  env: Environment,
  { user_id: userId, tenant_id: tenantId, refresh_token: refreshToken }: StepOf<"account">,
): Promise<Result<void, Failure>> {
  const connection = await connectionStub(env, userConnectionId({ userId }), { creates: true });
  const info = await connection.info();
  if (info.ok && info.value.status === "active") return ok(undefined);
  const imported = await connection.import({ refreshToken, tenantId });
  return imported.ok ? ok(undefined) : imported;
}
