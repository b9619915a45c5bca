import { parseConnectionId } from "../contract/connection-id.ts";
import { AzureError, invalidField, renamedField } from "../contract/errors.ts";

/**
 * Who is meant on a tenant's connection by what has no meaning without a user.
 *
 * @param as id or sign-in name
 * @throws AzureError `invalid_request` naming `as` on a user's connection, which means its own user
 */
export function asUser(connectionId: string, as: string | undefined): string | undefined {
  if (as === undefined || parseConnectionId(connectionId)?.kind === "tenant") return as;
  throw new AzureError(invalidField("as", "can be given on a tenant's connection alone"));
}

/** Does work for the user that `as` names: what is wrong with that one is wrong with `as`. */
export async function namingAs<Value>(work: Promise<Value>): Promise<Value> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof AzureError) || error.details?.field !== "user") throw error;
    throw new AzureError(
      renamedField(error, () => "as"),
      { cause: error },
    );
  }
}
