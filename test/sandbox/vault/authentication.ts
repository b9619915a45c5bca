import type { Authentication, Caller, World } from "../world.ts";
import { type Answer, failure } from "./answer.ts";
import type { Vault } from "./vaults.ts";

type Fault = Extract<Authentication, { ok: false }>;

/** Tells the client where to sign in and what for. */
const challenge = ({ tenantId }: Vault) =>
  `Bearer authorization="https://login.microsoftonline.com/${tenantId}", resource="https://vault.azure.net"`;

const issuer = (tenantId: string) => `https://sts.windows.net/${tenantId}/`;

const messages: Record<Fault["fault"], (fault: Fault) => string> = {
  missing: () => "AKV10000: Request is missing a Bearer or PoP token.",
  malformed: () =>
    "AKV10001: Error validating token: the token is malformed or its signature is invalid.",
  expired: () => "AKV10002: Error validating token: the token is expired.",
  audience: ({ audience }) =>
    `AKV10022: Invalid audience. Expected https://vault.azure.net, found: ${audience ?? ""}.`,
  revoked: () => "AKV10152: Error validating token: continuous access evaluation failed.",
};

function refuse(vault: Vault, fault: Fault): Answer {
  const header = fault.claims
    ? `Bearer realm="", authorization_uri="https://login.microsoftonline.com/${vault.tenantId}", error="insufficient_claims", claims="${fault.claims}"`
    : challenge(vault);
  return failure(401, "Unauthorized", messages[fault.fault](fault), {
    headers: { "www-authenticate": header },
  });
}

/** Who calls, or the 401 with its challenge; a token of another tenant learns the right one. */
export async function authenticate(
  world: World,
  request: Request,
  vault: Vault,
): Promise<{ caller: Caller } | { refusal: Answer }> {
  const authentication = await world.authenticate(request, "vault");
  if (!authentication.ok) return { refusal: refuse(vault, authentication) };
  const { caller } = authentication;
  if (caller.tenantId === vault.tenantId) return { caller };
  return {
    refusal: failure(
      401,
      "Unauthorized",
      `AKV10032: Invalid issuer. Expected one of ${issuer(vault.tenantId)}, found ${issuer(caller.tenantId)}.`,
      { headers: { "www-authenticate": challenge(vault) } },
    ),
  };
}

export type DataAction = "get" | "list" | "set" | "update" | "delete" | "recover" | "purge";

const reading: ReadonlySet<DataAction> = new Set<DataAction>(["get", "list"]);

/** The 403 of a caller whose data role does not cover the action; applications read only. */
export function refuseAction(vault: Vault, caller: Caller, action: DataAction): Answer | undefined {
  const role =
    caller.kind === "app" ? "Key Vault Secrets User" : vault.roles[caller.user?.upn ?? ""];
  const scoped = caller.kind === "app" || caller.scopes.has("user_impersonation");
  const covered =
    role === "Key Vault Secrets Officer" ||
    (role === "Key Vault Secrets User" && reading.has(action));
  if (scoped && covered) return undefined;
  return failure(
    403,
    "Forbidden",
    "Caller is not authorized to perform action on resource.\r\nIf role assignments, deny assignments or role definitions were changed recently, please observe propagation time.\r\n" +
      `Caller: appid=${caller.clientId};oid=${caller.objectId};iss=${issuer(caller.tenantId)}\r\n` +
      `Action: 'Microsoft.KeyVault/vaults/secrets/${action}'\r\nVault: ${vault.name}`,
    { inner: "ForbiddenByRbac" },
  );
}
