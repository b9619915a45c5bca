import { CONTOSO_TENANT, FABRIKAM_TENANT, PERSONAL_TENANT } from "../constants.ts";
import { tenantById } from "../tenants.ts";
import type { Caller } from "../world.ts";
import { answerPage } from "./list.ts";
import { type Route, route } from "./router.ts";

/** By tenant; ARM knows more of one than its name. */
const countries: Record<string, string> = { [CONTOSO_TENANT]: "NL", [FABRIKAM_TENANT]: "US" };

/** Every tenant the caller is in, as member or guest, whatever tenant the token is for. */
function tenantsOf(caller: Caller) {
  const ids = caller.user ? [...caller.user.objectIds.keys()] : [caller.tenantId];
  return ids.flatMap((tenantId) => {
    // Personal accounts live in a tenant that ARM does not list.
    if (tenantId === PERSONAL_TENANT) return [];
    const { domain, displayName } = tenantById(tenantId);
    return [
      {
        id: `/tenants/${tenantId}`,
        tenantId,
        countryCode: countries[tenantId] ?? "US",
        displayName,
        domains: [domain],
        tenantCategory: "Home",
        defaultDomain: domain,
        tenantType: "AAD",
      },
    ];
  });
}

export const tenantRoutes: readonly Route[] = [
  route(
    "tenants",
    { type: "Microsoft.Resources/tenants", versions: "gateway" },
    {
      GET: (call) => answerPage(call, tenantsOf(call.caller)),
    },
  ),
];
