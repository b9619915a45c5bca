import * as z from "zod";
import { time } from "../../contract/time.ts";
import { adminConsentUrl } from "../../entra/admin-consent.ts";
import { redirectFailure } from "../../entra/token-failure.ts";
import { isTenantId, parseTenant } from "../../entra/tenant.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";
import { defined } from "../../contract/defined.ts";
import { AzureError, invalidField } from "../../contract/errors.ts";
import { readAdminState, signAdminState, type AdminConsentContent } from "./admin-consent-state.ts";
import { requireScope } from "../../callers/caller.ts";
import { userIdSchema } from "../../contract/connection-id.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { authenticate } from "../../front/require.ts";
import { completeProof, startProof } from "./tenant-proof.ts";
import { success } from "../../front/answers.ts";
import { administratorPage } from "./callback-page.ts";
import { tenantField } from "../../operations/sign-in-fields.ts";
import type { Context } from "../../front/context.ts";
import { dataSchema } from "../../front/answer-schemas.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { readReturnUrl, returnTo } from "../../config/return-url.ts";

const { callbackPath } = signInPurposes.admin_consent;

const text = z.string().max(8_192).optional();
const page = { "text/html": z.string() };

export function adminConsentRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: "/admin-consent",
      summary: "Ask a tenant's administrator to consent for everyone in it",
      tag: "connections",
      // An administrator who follows a link has no credential of the host's; it grants no access here.
      scope: "open",
      changes: true,
      query: {
        tenant_id: tenantField,
        return_url: z.string().max(2_048).optional(),
        connect: z.enum(["true", "false"]).optional().meta({
          description:
            "true: the tenant is connected too, once you confirm; needs the scope admin, user_id and return_url.",
        }),
        user_id: userIdSchema.optional().meta({
          description: "With connect: who starts this at the host, and alone can confirm.",
        }),
      },
      answers: {
        200: {
          description: "Where to send the administrator's browser.",
          data: dataSchema(
            z.object({
              admin_consent_url: z.string().optional().meta({ description: "Without connect." }),
              auth_url: z.string().optional().meta({ description: "With connect." }),
              state: z.string(),
              expires_at: time,
            }),
          ),
        },
        302: { description: "To Microsoft, when the browser asked for a page." },
      },
    },
    async (c, { query: { tenant_id: asked, return_url: returnUrl, connect, user_id: user } }) => {
      const userId = await starterOf(c, { connects: connect === "true", user, returnUrl });
      const { cloud, clientId, sessionSecret } = c.get("config");
      const tenant = tenantOf(c, asked);
      if (returnUrl !== undefined && !readReturnUrl(returnUrl, c.get("config").returnOrigins)) {
        throw new AzureError(invalidField("return_url", "must be a URL on one of RETURN_ORIGINS"));
      }
      const { state, expiresAt } = await signAdminState(
        sessionSecret,
        { tenant, ...defined({ return_url: returnUrl, user_id: userId }) },
        Date.now(),
      );
      const redirectUri = `${c.get("config").publicOrigin}${callbackPath}`;
      const url = adminConsentUrl({ cloud, clientId, tenant, redirectUri, state });
      if (c.req.header("accept")?.includes("text/html")) return redirectResponse(url);
      return success({
        ...(userId === undefined ? { admin_consent_url: url } : { auth_url: url }),
        state,
        expires_at: new Date(expiresAt).toISOString(),
      });
    },
  );

  register(
    router,
    {
      method: "GET",
      path: callbackPath,
      summary: "Where Microsoft sends the administrator afterwards",
      tag: "connections",
      scope: "open",
      changes: true,
      query: {
        state: text,
        error: text,
        error_description: text,
        code: text,
        tenant: text,
        admin_consent: text,
      },
      openQuery: true,
      answers: {
        200: { description: "A page that says so.", content: page },
        302: {
          description:
            "To the return_url of the start, with status or error; of a tenant that is to be connected, on to Microsoft.",
        },
        400: { description: "A page that says what went wrong.", content: page },
      },
    },
    async (c, { query }) => {
      const { sessionSecret } = c.get("config");
      const started = await readAdminState(sessionSecret, query.state ?? "", Date.now());
      if (started === undefined) {
        // Else started in the Azure portal, or more than ten minutes ago: they may have consented.
        return (await completeProof(c, query.state ?? "")) ?? pageResponse(administratorPage);
      }
      const error = errorOf(query, started);
      const { user_id, return_url } = started;
      if (error === undefined && user_id !== undefined && return_url !== undefined) {
        return startProof(c, query.tenant, { user_id, return_url });
      }
      if (started.return_url !== undefined) {
        return redirectResponse(
          returnTo(started.return_url, error === undefined ? { status: "consented" } : { error }),
        );
      }
      return pageResponse(error === undefined ? consentedPage : refusedPage(c, error));
    },
  );
}

/**
 * Who starts to connect a tenant; undefined when it is consent alone.
 *
 * @throws AzureError `unauthenticated`, or `forbidden` without `admin`; `invalid_request` naming the field
 */
async function starterOf(
  c: Context,
  asked: { connects: boolean; user: string | undefined; returnUrl: string | undefined },
): Promise<string | undefined> {
  const { connects, user, returnUrl } = asked;
  const refuse = (field: string, expected: string) => new AzureError(invalidField(field, expected));
  if (!connects) {
    if (user === undefined) return undefined;
    throw refuse("user_id", "is given with connect=true alone");
  }
  const caller = await authenticate(c);
  c.set("caller", caller);
  orThrow(requireScope(caller, "admin"));
  if (user === undefined) throw refuse("user_id", "is required: who starts this, and confirms it");
  if (returnUrl === undefined) throw refuse("return_url", "is required: where it is confirmed");
  return user;
}

/** A deployment of one tenant asks that tenant and no other. */
function tenantOf(c: Context, asked: string | undefined): string {
  const { tenantId } = c.get("config");
  const tenant = parseTenant(asked ?? tenantId) ?? "organizations";
  if (isTenantId(tenantId) && tenant !== tenantId.toLowerCase()) {
    throw new AzureError(
      invalidField("tenant_id", "must be the tenant this service is configured for"),
    );
  }
  return tenant;
}

/**
 * Whether the administrator consented. Anybody can call the callback with any `tenant`, so nothing is
 * allowed because of it: a consent shows when Microsoft gives the next token.
 */
function errorOf(
  query: Partial<Record<string, string | undefined>>,
  started: AdminConsentContent,
): string | undefined {
  const { error, error_description: description, tenant, admin_consent: consent } = query;
  if (error !== undefined) {
    // AADSTS90094 and its like: Microsoft lets only an administrator approve.
    const answer = new URLSearchParams(defined({ error, error_description: description }));
    if (redirectFailure(answer).disposition.action === "admin_consent") return "admin_consent";
    return /^[a-z_]{1,64}$/.test(error) ? error : "refused";
  }
  if (consent?.toLowerCase() !== "true") return "refused";
  const other = isTenantId(started.tenant) && tenant?.toLowerCase() !== started.tenant;
  return other ? "other_tenant" : undefined;
}

const consentedPage = {
  status: 200,
  title: "Thank you",
  tone: "good" as const,
  text: [
    "The permissions were granted for your organization.",
    "People in it can connect now. You can close this page.",
  ],
};

/** @param error of {@link errorOf} */
const refusedPage = (c: Context, error: string) => ({
  status: 400,
  title: "The permissions were not granted",
  tone: "bad" as const,
  text: refusal(error),
  requestId: c.get("requestId"),
});

function refusal(error: string): string[] {
  switch (error) {
    case "other_tenant":
      return [
        "Another organization approved this application than the one that was asked.",
        "Start again from where you came, as an administrator of that one.",
      ];
    case "admin_consent":
      return [
        "Only an administrator of the organization can approve this application.",
        "Ask one to open the link that brought you here.",
      ];
    default:
      return [
        error === "refused"
          ? "Microsoft did not say that they were."
          : `Microsoft answered: ${error}.`,
        "Start again from where you came, or close this page.",
      ];
  }
}
