import { generateCookie, getCookie } from "hono/cookie";
import { verifyState } from "../../connection/grant/authorization-state.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";
import { returnTo } from "../../config/return-url.ts";
import { renamedField } from "../../contract/errors.ts";
import { snakeCase } from "../../contract/field-name.ts";
import { sha256Hex } from "../../platform/keys.ts";
import { isPersonalTenant, isTenantId } from "../../entra/tenant.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import {
  beginProof,
  finishProof,
  openProof,
  type OpenProof,
  type ProofAsked,
} from "../../operations/tenant-proof.ts";
import { errorParameters } from "./callback.ts";
import { refusedPage, unknownStatePage } from "./callback-page.ts";

/** The second leg of connecting a tenant: who consented signs in there. */

const cookieOptions = { path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
/** Seconds. */
const lifetime = signInPurposes.tenant_proof.ttlMs / 1_000;

const cookieName = async (state: string): Promise<string> =>
  `__Host-azure_tenant_${(await sha256Hex(state)).slice(0, 8)}`;

/** OAuth's words for "not without a page" (OpenID Connect Core §3.1.2.6). */
const needsPage: ReadonlySet<string> = new Set([
  "login_required",
  "interaction_required",
  "consent_required",
  "account_selection_required",
]);

/**
 * Sends the browser on from the consent to the sign-in.
 *
 * @param tenant as the callback named it: a claim, which the sign-in has to prove
 */
export async function startProof(
  c: Context,
  tenant: string | undefined,
  asked: Omit<ProofAsked, "tenant">,
): Promise<Response> {
  const { tenantId: own } = c.get("config");
  const named = tenant?.toLowerCase() ?? "";
  const isOwn = !isTenantId(own) || named === own.toLowerCase();
  if (!isTenantId(named) || isPersonalTenant(named) || !isOwn) {
    return redirectResponse(returnTo(asked.return_url, { error: "other_tenant" }));
  }
  return proofAnswer(c, { ...asked, tenant: named }, { silent: true });
}

/** The answer to the sign-in's callback; undefined when the state is of no such sign-in. */
export async function completeProof(c: Context, state: string): Promise<Response | undefined> {
  const config = c.get("config");
  if ((await verifyState(config.sessionSecret, "tenant_proof", state)) === undefined) {
    return undefined;
  }
  const name = await cookieName(state);
  const now = () => Date.now();
  const open = await openProof(config, state, getCookie(c, name) ?? "", now());
  // Another browser, or one that was here before: where to send it nobody knows.
  if (open === undefined) return pageResponse(unknownStatePage(c.get("requestId")));
  const { searchParams: response } = new URL(c.req.url);
  const answer =
    open.silent && needsPage.has(response.get("error") ?? "")
      ? await proofAnswer(c, open, { silent: false })
      : await finished(c, open, { state, response, now });
  answer.headers.append("set-cookie", generateCookie(name, "", { ...cookieOptions, maxAge: 0 }));
  return answer;
}

async function finished(
  c: Context,
  open: OpenProof,
  answer: Parameters<typeof finishProof>[2],
): Promise<Response> {
  const proven = await finishProof({ env: c.env, config: c.get("config") }, open, answer);
  if (proven.ok) {
    const { flow, tenantId } = proven.value;
    const parameters = { status: "confirmation_required", flow, tenant_id: tenantId };
    return redirectResponse(returnTo(open.return_url, parameters));
  }
  const error = renamedField(proven.error, snakeCase);
  // Nobody but the operator can do anything about it: whoever tries the flow out should see it.
  if (error.details?.reason === "directory_roles_missing") {
    return pageResponse(refusedPage(error, c.get("requestId")));
  }
  return redirectResponse(returnTo(open.return_url, errorParameters(error)));
}

async function proofAnswer(
  c: Context,
  asked: ProofAsked,
  { silent }: { silent: boolean },
): Promise<Response> {
  const start = await beginProof(c.get("config"), asked, { silent, now: Date.now() });
  const answer = redirectResponse(start.authUrl);
  const name = await cookieName(start.state);
  answer.headers.append(
    "set-cookie",
    generateCookie(name, start.sealed, { ...cookieOptions, maxAge: lifetime }),
  );
  return answer;
}
