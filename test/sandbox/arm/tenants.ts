import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../constants.ts";
import type { Caller } from "../world.ts";
import { answerPage } from "./list.ts";
import { type Route, route } from "./router.ts";

const names: Record<string, { displayName: string; domain: string; countryCode: string }> = {
  [CONTOSO_TENANT]: { displayName: "Contoso", domain: "contoso.example", countryCode: "NL" },
  [FABRIKAM_TENANT]: { displayName: "Fabrikam", domain: "fabrikam.example", countryCode: "US" },
};

/** Every tenant the caller is in, as member or guest, whatever tenant the token is for. */
function tenantsOf(caller: Caller) {
  const ids = caller.user ? [...caller.user.objectIds.keys()] : [caller.tenantId];
  return ids.flatMap((tenantId) => {
    const facts = names[tenantId];
    // Personal accounts live in a tenant that ARM does not list.
    if (!facts) return [];
    return [
      {
        id: `/tenants/${tenantId}`,
        tenantId,
        countryCode: facts.countryCode,
        displayName: facts.displayName,
        domains: [facts.domain],
        tenantCategory: "Home",
        defaultDomain: facts.domain,
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
