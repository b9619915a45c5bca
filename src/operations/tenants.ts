import { ownStub } from "../connection/stub.ts";
import { connectionIdOf } from "../contract/connection-owner.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import type { Config } from "../config/config.ts";
import { isPersonalTenant, isTenantId } from "../entra/tenant.ts";
import type { ServiceContext } from "./context.ts";

/**
 * Connects a tenant for the application itself, because its caller says that it may be: a token proves only
 * that the application is installed there, perhaps by another customer.
 *
 * @throws AzureError `invalid_request` naming `tenantId`; `action_required` with the remedy where the
 *   tenant lets the application not in
 */
export async function connectTenant(
  { env, config }: Pick<ServiceContext, "env" | "config">,
  tenantId: string,
): Promise<ConnectionInfo> {
  const id = tenantConnectionId(config, tenantId);
  const connection = await ownStub(env, id, { creates: true });
  return orThrow(await connection.connectTenant());
}

/** @throws AzureError `invalid_request` naming `tenantId`, for what cannot be connected here */
export function tenantConnectionId({ tenantId: own }: Pick<Config, "tenantId">, text: string) {
  const tenantId = text.trim().toLowerCase();
  const refuse = (expected: string) => new AzureError(invalidField("tenantId", expected));
  if (!isTenantId(tenantId)) throw refuse("must be a tenant's GUID");
  if (isPersonalTenant(tenantId)) {
    throw refuse("must not be that of personal accounts, where no administrator can consent");
  }
  if (isTenantId(own) && tenantId !== own.toLowerCase()) {
    throw refuse("must be the tenant this service is configured for");
  }
  return connectionIdOf({ kind: "tenant", tenantId });
}
