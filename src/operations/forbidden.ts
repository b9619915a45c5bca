import type { Needs } from "../api/operation.ts";
import type { Config } from "../config/config.ts";
import { reconnectUrl } from "../connection/grant/reconnect-link.ts";
import { remedyOf } from "../connection/policy/remedies.ts";
import { defined } from "../contract/defined.ts";
import { AzureError, type Failure } from "../contract/errors.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Outcome } from "../contract/connection-rpc.ts";
import type { StoredRemedy } from "../contract/remedy.ts";
import { missingScopes } from "../entra/resource.ts";
import { isPersonalTenant } from "../entra/tenant.ts";

/** The connection that was refused, and what its remedies' links are made of. */
export interface RefusedConnection {
  connectionId: string;
  connection: { info(): Promise<Outcome<ConnectionInfo>> };
  config: Pick<Config, "cloud" | "publicOrigin" | "sessionSecret">;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * An error of an operation as its caller sees it. A 403 of Microsoft names the permission or role that is
 * lacking, with the remedy; the connection is asked once for what it was granted. Where it was granted
 * enough, the refusal is about the person's own rights, and the error stays as it is.
 */
export async function explained(
  error: unknown,
  needs: Needs | undefined,
  refused: RefusedConnection,
): Promise<unknown> {
  if (needs === undefined || !isRefusal(error)) return error;
  const reason =
    "role" in needs ? roleLacks(error, needs.role, refused) : await consentLacks(needs, refused);
  if (reason === undefined) return error;
  const { code, request_id, details } = error;
  return new AzureError({ code, ...reason, ...defined({ request_id, details }) }, { cause: error });
}

type Explanation = Pick<Failure, "message" | "remedy">;

/** An error of ours has no status of Microsoft's. */
const isRefusal = (error: unknown): error is AzureError =>
  error instanceof AzureError &&
  error.code === "forbidden" &&
  error.details?.upstream_status === 403;

/** Policies and locks refuse by 403 too; `AuthorizationFailed` is about role assignments alone. */
function roleLacks(
  { details }: AzureError,
  role: string,
  refused: RefusedConnection,
): Explanation | undefined {
  if (details?.upstream_code !== "AuthorizationFailed") return undefined;
  const message = `The account has no Azure role that allows this, such as ${role}: an administrator has to assign one.`;
  return explanation({ action: "contact_admin", message }, [], refused);
}

async function consentLacks(
  needs: Extract<Needs, { delegated: unknown }>,
  refused: RefusedConnection,
): Promise<Explanation | undefined> {
  const info = await refused.connection.info().catch(() => undefined);
  if (info?.ok !== true) return undefined;
  if (info.value.kind === "tenant") return applicationLacks(info.value, refused);
  const enough = permissionsOf(needs, info.value);
  const { cloud } = refused.config;
  const [least] = enough;
  const holdsNone = missingScopes(enough, info.value.scopes, cloud).length === enough.length;
  if (least === undefined || !holdsNone) return undefined;
  const message = `This needs the permission ${least}, or one that includes it, and the connection was granted none of them.`;
  const { remedy } = explanation({ action: "consent", message }, [least], refused);
  const url = consentUrl(info.value, [least], refused);
  return { message, remedy: { ...remedy, ...defined({ connect_url: url }) } };
}

/**
 * The application itself was refused. Its permissions have other names than a user's, and Exchange can
 * keep it out of a mailbox though it holds them: which one lacks is not known.
 */
function applicationLacks({ identity }: ConnectionInfo, refused: RefusedConnection): Explanation {
  const message =
    "The application has no application permission that allows this in the tenant, or a policy there keeps it out: an administrator has to grant it.";
  return explanation({ action: "admin_consent", message }, [], refused, identity?.tenant_id);
}

/** The permissions that are enough for this account, each alone, the least privileged first. */
const permissionsOf = (
  { delegated, personal = delegated }: Extract<Needs, { delegated: unknown }>,
  { identity }: ConnectionInfo,
): readonly string[] =>
  identity !== undefined && isPersonalTenant(identity.tenant_id) ? personal : delegated;

function explanation(
  { action, message }: { action: "consent" | "admin_consent" | "contact_admin"; message: string },
  scopes: readonly string[],
  { config: { publicOrigin }, now }: RefusedConnection,
  tenantId: string | null = null,
): { message: string; remedy: StoredRemedy } {
  const circumstances = { tenantId, scopes, publicOrigin, now: now() };
  return { message, remedy: remedyOf({ action, message, latch: "none" }, circumstances) };
}

/** Where the account gives what it was not asked for before: nothing of this is latched. */
function consentUrl(
  { identity }: ConnectionInfo,
  scopes: readonly string[],
  { config, connectionId, now }: RefusedConnection,
): string | undefined {
  if (identity === undefined) return undefined;
  const account = { tenantId: identity.tenant_id, objectId: identity.object_id };
  return reconnectUrl({ connectionId, account, scopes, ...config, now: now() });
}
