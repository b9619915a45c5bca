import type { Config } from "../../config/config.ts";
import { parseConnectionId } from "../../contract/connection-id.ts";
import { isGuid } from "../../contract/guid.ts";
import { isTenantId } from "../../entra/tenant.ts";
import type { Account } from "./standing-remedies.ts";

/**
 * The account that the user of a connection is, where the user id says so: `{oid}@{tid}`, in lower case.
 * A labelled connection is of another account of that user.
 */
export function ownAccountOf(connectionId: string): Account | undefined {
  const owner = parseConnectionId(connectionId);
  if (owner?.kind !== "user" || owner.label !== undefined) return undefined;
  const [objectId = "", tenantId = "", ...rest] = owner.userId.toLowerCase().split("@");
  return rest.length === 0 && isGuid(objectId) && isGuid(tenantId)
    ? { objectId, tenantId }
    : undefined;
}

/**
 * The account that may connect itself to a connection, without the host. Elsewhere the host alone knows
 * who its user is.
 *
 * @returns undefined unless MCP clients sign accounts in stand-alone, accounts of this tenant among them
 */
export function selfConnecting(
  { mcpSignIn, tenantId: own }: Pick<Config, "mcpSignIn" | "tenantId">,
  connectionId: string,
): Account | undefined {
  const account = ownAccountOf(connectionId);
  if (mcpSignIn?.kind !== "standalone" || account === undefined) return undefined;
  const { tenants } = mcpSignIn;
  const isAllowed = tenants === "any" || tenants.includes(account.tenantId);
  const isServed = !isTenantId(own) || own.toLowerCase() === account.tenantId;
  return isAllowed && isServed ? account : undefined;
}
