import type { DetachedAnswer } from "../../connection/grant/detached-sign-in.ts";
import { returnTo } from "../../config/return-url.ts";
import { renamedField } from "../../contract/errors.ts";
import { snakeCase } from "../../contract/field-name.ts";
import { isPersonalTenant, isTenantId } from "../../entra/tenant.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import {
  beginProof,
  finishProof,
  openProofSchema,
  type OpenProof,
  type ProofAsked,
} from "../../operations/tenant-proof.ts";
import { bindingCookie } from "./binding-cookie.ts";
import { errorParameters } from "./callback.ts";
import { refusedPage } from "./callback-page.ts";
import { completeIdentity } from "./identity.ts";

/** The second leg of connecting a tenant: who consented signs in there. */

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
export const completeProof = (c: Context, state: string): Promise<Response | undefined> =>
  completeIdentity(c, {
    purpose: "tenant_proof",
    state,
    schema: openProofSchema,
    finish: (open, answer) =>
      open.silent && needsPage.has(answer.response.get("error") ?? "")
        ? proofAnswer(c, open, { silent: false })
        : finished(c, open, answer),
  });

async function finished(c: Context, open: OpenProof, answer: DetachedAnswer): Promise<Response> {
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
  const now = Date.now();
  const { authUrl, state, sealed } = await beginProof(c.get("config"), asked, { silent, now });
  const answer = redirectResponse(authUrl);
  answer.headers.append("set-cookie", await bindingCookie(state, sealed));
  return answer;
}
