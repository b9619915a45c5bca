import { PERSONAL_TENANT } from "../constants.ts";
import { ADA, userByName } from "../people.ts";
import type { SandboxWorld } from "../create-world.ts";
import { authorityOf } from "../tenants.ts";
import type { SandboxUser } from "../world.ts";
import { readAuthorizationRequest } from "./authorization-request.ts";
import type { AuthorizationRequest } from "./authorization-request.ts";
import { signedInAccounts, signInCookie } from "./browser-session.ts";
import { beyond, consentRequest, recordConsent } from "./consent-request.ts";
import type { ConsentItem } from "./consent-request.ts";
import { errorBody, failure } from "./entra-error.ts";
import type { EntraError, Outcome } from "./entra-error.ts";
import { entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { pageError } from "./error-answer.ts";
import { clientInfo } from "./id-token.ts";
import { grantedScope } from "./granted-scope.ts";
import { hintedUser } from "./login-hint.ts";
import { accountPage, adminApprovalPage, consentPage } from "./pages.ts";
import { redirectAnswer, redirectError, redirectPersonalError } from "./redirect-answer.ts";
import { refusePersonalScope, refuseWorkScope } from "./scope-refusal.ts";
import { sealCode } from "./sealed-grant.ts";
import { admits, tenantOfSignIn } from "./tenancy.ts";

const displays = (items: readonly ConsentItem[]) => items.map((item) => item.permission.display);

/** prompt=none: the one account of the browser's session, or why nobody can be asked. */
function silentAccount(
  request: AuthorizationRequest,
  session: readonly SandboxUser[],
): Outcome<SandboxUser> {
  const hint = hintedUser(request.loginHint);
  const candidates = session.filter(
    (user) => admits(request.authority, user) && (!hint || user === hint),
  );
  const [only, ...others] = candidates;
  if (!only) return failure(50058);
  return others.length > 0 ? failure(16000) : { ok: true, value: only };
}

/**
 * Who signs in, as far as the request tells: undefined when a person has to pick an account.
 * Fails with 50034 (no such account), 50058 and 16000 (prompt=none).
 */
function accountOf(
  request: AuthorizationRequest,
  query: URLSearchParams,
  session: readonly SandboxUser[],
): Outcome<SandboxUser | undefined> {
  const named = query.get("sandbox_account");
  if (named) {
    const user = userByName(named);
    return user
      ? { ok: true, value: user }
      : failure(50034, `The user account '${named}' does not exist in the directory.`);
  }
  if (request.prompt === "none") return silentAccount(request, session);
  const hinted = hintedUser(request.loginHint);
  if (query.has("sandbox_decision")) return { ok: true, value: hinted ?? ADA };
  return { ok: true, value: request.prompt === "login" ? undefined : hinted };
}

/** The way back with a scope that this kind of account cannot be asked; undefined when it can. */
function refuseScope(
  context: EntraContext,
  world: SandboxWorld,
  request: AuthorizationRequest,
  personal: boolean,
): Promise<Response> | undefined {
  const error = personal ? refusePersonalScope(request.scope) : refuseWorkScope(request.scope);
  if (!error) return undefined;
  return (personal ? redirectPersonalError : redirectError)(context, world, request, error);
}

/** The code of a sign-in that was allowed. */
async function issueCode(
  world: SandboxWorld,
  request: AuthorizationRequest,
  { user, tenantId, asked }: { user: SandboxUser; tenantId: string; asked: readonly ConsentItem[] },
): Promise<{ code: string; sessionId: string }> {
  const now = world.now();
  const sessionId = world.guid();
  const code = await sealCode(world, {
    id: world.guid(),
    upn: user.upn,
    tenantId,
    clientId: request.clientId.toLowerCase(),
    scope: grantedScope(request.scope, asked),
    sessionId,
    authTime: Math.floor(now / 1000),
    tick: world.tick(),
    issuedAt: now,
    redirectUri: request.redirectUri,
    nonce: request.nonce,
    challenge: request.challenge,
    challengeMethod: request.challengeMethod,
  });
  return { code, sessionId };
}

/**
 * The parameters that a browser brings back from a sign-in whose every page is approved; for who needs no
 * pages. Undefined where Entra would show a person an error.
 */
export async function approvedSignIn(
  world: SandboxWorld,
  url: URL,
  account: string,
): Promise<URLSearchParams | undefined> {
  const authority = authorityOf(url.pathname.split("/")[1] ?? "");
  const user = userByName(account);
  if (!authority || !user) return undefined;
  const read = readAuthorizationRequest(url.searchParams, authority);
  if (!read.ok) return undefined;
  const { request } = read;
  const tenant = tenantOfSignIn(authority, user);
  if (!tenant.ok) return undefined;
  const personal = tenant.value === PERSONAL_TENANT;
  const refusal = personal ? refusePersonalScope(request.scope) : refuseWorkScope(request.scope);
  const consent = consentRequest(world, user, tenant.value, request.scope);
  const barred = beyond(user, tenant.value, consent.missing);
  const error = refusal ?? (barred.length > 0 ? { code: 90094 } : undefined);
  const state = request.state === undefined ? {} : { state: request.state };
  if (error) {
    const { error: word, error_description } = errorBody(world, error, world.guid(), url.origin);
    return new URLSearchParams({ error: word, error_description, ...state });
  }
  recordConsent(world, user, tenant.value, consent.missing);
  const asked = { user, tenantId: tenant.value, asked: consent.asked };
  const { code, sessionId } = await issueCode(world, request, asked);
  return new URLSearchParams({ code, session_state: sessionId, ...state });
}

/** GET /{tenant}/oauth2/v2.0/authorize */
export async function authorizeEndpoint(
  context: EntraContext,
  world: SandboxWorld,
): Promise<Response> {
  const segment = context.req.param("tenant") ?? "";
  const authority = authorityOf(segment);
  if (!authority) {
    return pageError(context, world, { code: 90002, message: `Tenant '${segment}' not found.` });
  }
  const query = new URL(context.req.url).searchParams;
  const read = readAuthorizationRequest(query, authority);
  if (!read.ok) {
    return read.address
      ? redirectError(context, world, read.address, read.error)
      : pageError(context, world, read.error);
  }
  const { request } = read;
  const refuse = (error: EntraError & { subcode?: string }) =>
    redirectError(context, world, request, error);
  if (context.env.fault) return refuse(context.env.fault);
  // Only personal accounts sign in here, so nobody has to be asked which one.
  const hopeless = authority.kind === "consumers" && refuseScope(context, world, request, true);
  if (hopeless) return hopeless;
  const session = await signedInAccounts(context, world);
  const account = accountOf(request, query, session);
  if (!account.ok) {
    return request.prompt === "none"
      ? refuse(account.error)
      : pageError(context, world, account.error);
  }
  const user = account.value;
  if (!user) {
    const accounts = world.users.filter((one) => admits(authority, one));
    const hinted = hintedUser(request.loginHint);
    return context.html(accountPage(query, accounts, hinted ?? ADA), 200, entraHeaders(world));
  }
  context.env.record?.(user.upn);
  const tenant = tenantOfSignIn(authority, user);
  if (!tenant.ok) return pageError(context, world, tenant.error);

  const refused = refuseScope(context, world, request, tenant.value === PERSONAL_TENANT);
  if (refused) return refused;

  const decision = query.get("sandbox_decision");
  if (decision === "deny") return refuse({ code: 65004, subcode: "cancel" });
  const consent = consentRequest(world, user, tenant.value, request.scope);
  const barred = beyond(user, tenant.value, consent.missing);
  if (barred.length > 0) {
    return decision === "approve" || request.prompt === "none"
      ? refuse({ code: 90094 })
      : context.html(adminApprovalPage(query, user, displays(barred)), 200, entraHeaders(world));
  }
  const mustAsk = consent.missing.length > 0 || request.prompt === "consent";
  if (mustAsk && decision !== "approve") {
    if (request.prompt === "none") return refuse({ code: 65001, error: "consent_required" });
    const page = consentPage(query, user, displays(consent.asked));
    return context.html(page, 200, entraHeaders(world));
  }
  recordConsent(world, user, tenant.value, consent.missing);

  const { code, sessionId } = await issueCode(world, request, {
    user,
    tenantId: tenant.value,
    asked: consent.asked,
  });
  const answer = await redirectAnswer(context, world, request, {
    code,
    ...(request.wantsClientInfo ? { client_info: clientInfo(user) } : {}),
    session_state: sessionId,
  });
  answer.headers.append("set-cookie", await signInCookie(world, session, user));
  return answer;
}
