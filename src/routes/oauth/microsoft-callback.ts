import { verifyState } from "../../connection/grant/authorization-state.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse } from "../../front/pages.ts";
import { signedInAccount } from "../../oauth/microsoft-sign-in.ts";
import { takeStep } from "../../oauth/transactions.ts";
import { refusedPage } from "../sign-in/callback-page.ts";
import { backToClient, showConsent, toMicrosoft, whereSignIn, withCookies } from "./sign-in.ts";

/**
 * Microsoft's answer to the sign-in of an MCP client's user.
 *
 * @returns undefined when the state is of no such sign-in
 */
export async function microsoftCallback(c: Context, state: string): Promise<Response | undefined> {
  const { sessionSecret } = c.get("config");
  const handle = await verifyState(sessionSecret, "mcp", state);
  if (handle === undefined) return undefined;
  return whereSignIn(c, async (context, mode) => {
    const step = { handle, cookie: c.req.header("cookie") };
    const { request, data, headers } = await takeStep(context.oauth.api, step, ["microsoft"]);
    // The configuration has changed meanwhile.
    if (mode.kind !== "standalone") {
      return backToClient(request, "temporarily_unavailable", headers);
    }
    const { searchParams: response } = new URL(c.req.url);
    const account = await signedInAccount(c.get("config"), mode, data, {
      state,
      response,
      now: () => Date.now(),
    });
    if (account.ok) {
      const { userId, tenantId, refreshToken, name } = account.value;
      const next = {
        step: "account",
        user_id: userId,
        tenant_id: tenantId,
        refresh_token: refreshToken,
      } as const;
      return withCookies(showConsent(context, request, { data: next, account: name }), headers);
    }
    if (account.error === "personal_account") {
      return withCookies(toMicrosoft(context, request, mode, "consumers"), headers);
    }
    const { error } = account;
    if (error.details?.reason === "access_denied") {
      return backToClient(request, "access_denied", headers);
    }
    return withCookies(pageResponse(refusedPage(error, c.get("requestId"))), headers);
  });
}
