import type { McpSignIn } from "../../config/mcp-sign-in.ts";
import type { Context } from "../../front/context.ts";
import { notFound } from "../../front/failures.ts";
import { pageResponse, redirectResponse, type HtmlPage } from "../../front/pages.ts";
import { limitedByAddress } from "../../front/require.ts";
import {
  AuthorizationError,
  authorizationErrorRedirect,
  CimdFetchError,
  oauthOf,
  type AuthRequest,
  type OAuth,
} from "../../oauth/authorization-server.ts";
import { clientDescription } from "../../oauth/client-description.ts";
import { grantableScopes } from "../../oauth/mcp-scopes.ts";
import {
  microsoftStep,
  microsoftUrl,
  signInTenant,
  type Standalone,
} from "../../oauth/microsoft-sign-in.ts";
import { openStep, type Step } from "../../oauth/transactions.ts";
import { consentPage, refusedRequestPage, throttledPage } from "./consent-page.ts";

/** What the pages of a sign-in share. */

/** A request of the browser that signs in. */
export interface SignInContext {
  c: Context;
  oauth: OAuth;
}

const now = (): number => Date.now();

/**
 * Does a step of a sign-in, where this deployment has any, within the limit of the address. What the
 * client or the browser did wrong is answered by a page, and the browser is sent nowhere.
 */
export async function whereSignIn(
  c: Context,
  work: (context: SignInContext, mode: McpSignIn) => Promise<Response>,
): Promise<Response> {
  const { mcpSignIn } = c.get("config");
  if (mcpSignIn === undefined) return notFound(c);
  if ((await limitedByAddress(c)) !== undefined)
    return pageResponse(throttledPage(c.get("requestId")));
  try {
    return await work({ c, oauth: oauthOf(c.env, c.get("config"), now) }, mcpSignIn);
  } catch (error) {
    return pageResponse(pageOfRefusal(error, c.get("requestId")));
  }
}

/** @throws what is no refusal */
function pageOfRefusal(error: unknown, requestId: string): HtmlPage {
  if (error instanceof CimdFetchError) {
    const description = "What the application says of itself could not be read";
    return refusedRequestPage(description, { requestId });
  }
  if (!(error instanceof AuthorizationError)) throw error;
  return refusedRequestPage(error.description, { back: error.redirectTo, requestId });
}

/** Sends the browser to Microsoft, which asks which account it is. */
export async function toMicrosoft(
  { c, oauth }: SignInContext,
  request: AuthRequest,
  mode: Standalone,
  tenant = signInTenant(c.get("config"), mode),
): Promise<Response> {
  const { data, secrets } = await microsoftStep(tenant);
  const { handle, headers } = await openStep(oauth.api, request, data);
  const url = await microsoftUrl(c.get("config"), tenant, handle, secrets);
  return withCookies(redirectResponse(url), headers);
}

/** The page that asks for consent, and the step that its answer comes back to. */
export async function showConsent(
  { c, oauth }: SignInContext,
  request: AuthRequest,
  { data, account }: { data: Extract<Step, { step: "consent" | "account" }>; account?: string },
): Promise<Response> {
  // First: a client that cannot be looked up leaves nothing behind.
  const client = clientDescription(await oauth.api.describeConsent(request));
  const { handle, headers } = await openStep(oauth.api, request, data);
  const { mcpSignIn } = c.get("config");
  const page = consentPage({
    client,
    scopes: grantableScopes(request.scope),
    handle,
    leadsTo: [
      new URL(request.redirectUri).origin,
      ...(mcpSignIn?.kind === "host" ? [new URL(mcpSignIn.url).origin] : []),
    ],
    ...(account !== undefined && { account }),
  });
  return withCookies(await pageResponse(page), headers);
}

/** Tells the client that there is no code, after a person has decided so. */
export const backToClient = (
  request: AuthRequest,
  error: "access_denied" | "temporarily_unavailable",
  headers: Headers,
): Promise<Response> =>
  withCookies(redirectResponse(authorizationErrorRedirect(request, error), 303), headers);

/** The answer with the cookies of the steps that it ended and began. */
export async function withCookies(
  answer: Response | Promise<Response>,
  ...steps: readonly Headers[]
): Promise<Response> {
  const response = await answer;
  for (const cookie of steps.flatMap((headers) => headers.getSetCookie())) {
    response.headers.append("set-cookie", cookie);
  }
  return response;
}
