import { PERSONAL_TENANT } from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import { ADA, userByName } from "../people.ts";
import { authorityOf } from "../tenants.ts";
import { clientName } from "./client.ts";
import { beyond, consentRequest, recordConsent } from "./consent-request.ts";
import { type DeviceSignIn, isOver } from "./device-codes.ts";
import { entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { pageError } from "./error-answer.ts";
import { grantedScope } from "./granted-scope.ts";
import { accountPage, adminApprovalPage, consentPage, deviceCodePage, donePage } from "./pages.ts";
import { parseScope } from "./scope.ts";
import { refusePersonalScope, refuseWorkScope } from "./scope-refusal.ts";
import { admits, tenantOfSignIn } from "./tenancy.ts";

/** The code a person brought, if it still is one that waits for a decision. */
function waiting(world: SandboxWorld, text: string): DeviceSignIn | undefined {
  const code = world.deviceCodes.byUserCode(text);
  return code && code.decision === undefined && !isOver(code, world.now()) ? code : undefined;
}

/**
 * GET /device: asks for the code, who signs in, and whether the application may. As at /authorize,
 * `sandbox_account` and `sandbox_decision` answer in a person's place; `otc` is the code.
 */
export async function devicePage(context: EntraContext, world: SandboxWorld): Promise<Response> {
  const query = new URL(context.req.url).searchParams;
  const show = (page: Parameters<EntraContext["html"]>[0]) =>
    context.html(page, 200, entraHeaders(world));
  const typed = query.get("otc");
  if (!typed) return show(deviceCodePage());
  const code = waiting(world, typed);
  const authority = code && authorityOf(code.segment);
  if (!code || !authority)
    return show(deviceCodePage("That code didn't work. Check the code and try again."));

  const named = query.get("sandbox_account");
  const decision = query.get("sandbox_decision");
  const user = named ? userByName(named) : decision ? ADA : undefined;
  if (named && !user)
    return pageError(context, world, {
      code: 50034,
      message: `The user account '${named}' does not exist in the directory.`,
    });
  if (!user) {
    const accounts = world.users.filter((one) => admits(authority, one));
    return show(accountPage(query, accounts, ADA));
  }
  context.env.record?.(user.upn);
  const tenant = tenantOfSignIn(authority, user);
  if (!tenant.ok) return pageError(context, world, tenant.error);
  const scope = parseScope(code.scope);
  if (!scope.ok) return pageError(context, world, scope.error);
  const personal = tenant.value === PERSONAL_TENANT;
  const refusal = personal ? refusePersonalScope(scope.value) : refuseWorkScope(scope.value);
  if (refusal) return pageError(context, world, refusal);

  const name = clientName(code.clientId);
  if (decision === "deny") {
    code.decision = "declined";
    return show(donePage(`You declined to sign in to ${name}.`));
  }
  const consent = consentRequest(world, user, tenant.value, scope.value, code.clientId);
  const displays = (items: typeof consent.asked) => items.map((item) => item.permission.display);
  const barred = beyond(user, tenant.value, consent.missing);
  if (barred.length > 0)
    return decision === "approve"
      ? pageError(context, world, { code: 90094 })
      : show(adminApprovalPage(query, user, displays(barred)));
  // Whoever was sent a code by somebody else can stop here, also where nothing is to consent to.
  if (decision !== "approve")
    return show(
      consentPage(query, user, displays(consent.asked), `Are you trying to sign in to ${name}?`),
    );
  recordConsent(world, user, tenant.value, consent.missing, code.clientId);
  code.decision = {
    upn: user.upn,
    tenantId: tenant.value,
    clientId: code.clientId,
    scope: grantedScope(scope.value, consent.asked),
    sessionId: world.guid(),
    authTime: Math.floor(world.now() / 1000),
    tick: world.tick(),
  };
  return show(
    donePage(
      `You have signed in to the ${name} application on your device. You may now close this window.`,
    ),
  );
}
