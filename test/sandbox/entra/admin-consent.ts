import type { SandboxWorld } from "../create-world.ts";
import { ADA, userByName } from "../people.ts";
import { required } from "../permissions.ts";
import { uriOf } from "../resources.ts";
import { authorityOf } from "../tenants.ts";
import type { Audience, SandboxUser } from "../world.ts";
import { returnAddress } from "./authorization-request.ts";
import { signedInAccounts, signInCookie } from "./browser-session.ts";
import { failure } from "./entra-error.ts";
import type { EntraError, Outcome } from "./entra-error.ts";
import { entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { pageError } from "./error-answer.ts";
import { accountPage, consentPage } from "./pages.ts";
import { redirectAnswer, redirectError } from "./redirect-answer.ts";
import { parseScope } from "./scope.ts";
import { refuseWorkScope } from "./scope-refusal.ts";
import type { ScopeRequest } from "./scope.ts";
import { admits, tenantOfSignIn } from "./tenancy.ts";

const audiences: readonly Audience[] = ["graph", "arm", "vault", "storage"];

/** The old endpoint takes no scope: it asks for the whole registration. */
const wholeRegistration: ScopeRequest = {
  text: "",
  openid: new Set(),
  resources: [],
  strangers: [],
};

interface Asked {
  delegated: (audience: Audience) => readonly string[];
  /** Application permissions are asked for by `.default` alone. */
  application: boolean;
}

function askedBy(scope: ScopeRequest): Asked {
  const whole = scope === wholeRegistration || scope.resources.some((one) => one.isDefault);
  if (whole) return { delegated: (audience) => required[audience], application: true };
  return {
    delegated: (audience) =>
      scope.resources.find((one) => one.resource.audience === audience)?.permissions ?? [],
    application: false,
  };
}

const namesOf = (asked: Asked) =>
  audiences.flatMap((audience) =>
    asked.delegated(audience).map((name) => `${uriOf(audience)}/${name}`),
  );

function readScope(query: URLSearchParams, legacy: boolean): Outcome<ScopeRequest> {
  if (legacy) return { ok: true, value: wholeRegistration };
  const text = query.get("scope");
  if (!text) {
    return failure(900144, "The request body must contain the following parameter: 'scope'.");
  }
  const scope = parseScope(text);
  const error = scope.ok ? refuseWorkScope(scope.value) : undefined;
  return error ? { ok: false, error } : scope;
}

const accountOf = (query: URLSearchParams): SandboxUser | undefined => {
  const named = query.get("sandbox_account");
  if (named) return userByName(named);
  return query.has("sandbox_decision") ? ADA : undefined;
};

/**
 * GET /{tenant}/v2.0/adminconsent and, older, /{tenant}/adminconsent: an administrator consents
 * for everyone in the tenant, application permissions included.
 */
export async function adminConsentEndpoint(
  context: EntraContext,
  world: SandboxWorld,
  legacy: boolean,
): Promise<Response> {
  const segment = context.req.param("tenant") ?? "";
  const authority = authorityOf(segment);
  if (!authority) {
    return pageError(context, world, { code: 90002, message: `Tenant '${segment}' not found.` });
  }
  if (authority.kind === "common" || authority.kind === "consumers") {
    const message = `Admin consent is not supported over the /${authority.kind} endpoint. Please use /organizations or a tenant-specific endpoint.`;
    return pageError(context, world, { code: 90124, message });
  }
  const query = new URL(context.req.url).searchParams;
  const address = returnAddress(query, segment);
  if (!address.ok) return pageError(context, world, address.error);
  const refuse = (error: EntraError & { subcode?: string }) =>
    redirectError(context, world, address.value, error, { admin_consent: "True" });
  const scope = readScope(query, legacy);
  if (!scope.ok) return refuse(scope.error);

  const user = accountOf(query);
  if (!user) {
    const accounts = world.users.filter((one) => admits(authority, one));
    return context.html(accountPage(query, accounts, ADA), 200, entraHeaders(world));
  }
  context.env.record?.(user.upn);
  const tenant = tenantOfSignIn(authority, user);
  if (!tenant.ok) return pageError(context, world, tenant.error);
  if (query.get("sandbox_decision") === "deny") {
    const error = legacy ? "permission_denied" : "consent_required";
    return refuse({ code: 65004, error, subcode: "cancel" });
  }
  if (!user.admin || user.homeTenantId !== tenant.value) return refuse({ code: 90094 });
  const asked = askedBy(scope.value);
  if (query.get("sandbox_decision") !== "approve") {
    const page = consentPage(query, user, namesOf(asked), "Review for your organization");
    return context.html(page, 200, entraHeaders(world));
  }
  world.consents.grantForEveryone(tenant.value, asked.delegated);
  if (asked.application) world.consents.grantApplication(tenant.value, world.now());
  const answer = await redirectAnswer(context, world, address.value, {
    admin_consent: "True",
    tenant: tenant.value,
    ...(legacy ? {} : { scope: namesOf(asked).join(" ") }),
  });
  const session = await signedInAccounts(context, world);
  answer.headers.append("set-cookie", await signInCookie(world, session, user));
  return answer;
}
