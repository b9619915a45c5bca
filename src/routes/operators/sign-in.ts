import { generateCookie, getCookie } from "hono/cookie";
import { verifyState } from "../../connection/grant/authorization-state.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";
import { AzureError, failure } from "../../contract/errors.ts";
import { success } from "../../front/answers.ts";
import { fromConsole } from "../../front/console-access.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import { guardsOf } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import {
  beginConsoleSignIn,
  finishConsoleSignIn,
  openConsoleSignIn,
} from "../../operations/console-sign-in.ts";
import { sha256Hex } from "../../platform/keys.ts";
import { refusedPage, unknownStatePage } from "../sign-in/callback-page.ts";
import { mintedSession } from "./session.ts";

const path = "/console/sign-in";

/** Lax: Microsoft's page sends the browser back, and the cookie has to come along. */
const cookieOptions = { path: "/", secure: true, httpOnly: true, sameSite: "Lax" } as const;
/** Seconds. */
const lifetime = signInPurposes.console.ttlMs / 1_000;

const cookieName = async (state: string): Promise<string> =>
  `__Host-azure_operator_${(await sha256Hex(state)).slice(0, 8)}`;

/** Starts the sign-in of an operator; it comes back to `/callback`. */
export function consoleSignInRoutes({ app }: Router): void {
  app.on("POST", [path], ...guardsOf({ path, access: fromConsole }), async (c) => {
    const config = c.get("config");
    const tenant = config.console?.tenantId;
    if (tenant === undefined)
      throw new AzureError(failure("not_found", "CONSOLE_TENANT_ID is not set."));
    const { authUrl, state, sealed } = await beginConsoleSignIn(config, tenant, Date.now());
    const options = { ...cookieOptions, maxAge: lifetime };
    const cookie = generateCookie(await cookieName(state), sealed, options);
    return success({ auth_url: authUrl }, { headers: { "set-cookie": cookie } });
  });
}

/** The answer to the callback of such a sign-in; undefined when the state is of no such one. */
export async function completeConsoleSignIn(
  c: Context,
  state: string,
): Promise<Response | undefined> {
  const config = c.get("config");
  if (config.console === undefined) return undefined;
  if ((await verifyState(config.sessionSecret, "console", state)) === undefined) return undefined;
  const name = await cookieName(state);
  const open = await openConsoleSignIn(config, state, getCookie(c, name) ?? "", Date.now());
  // Another browser, or one that was here before.
  if (open === undefined) return pageResponse(unknownStatePage(c.get("requestId")));
  const response = new URL(c.req.url).searchParams;
  const signedIn = await finishConsoleSignIn(config, open, {
    state,
    response,
    now: () => Date.now(),
  });
  const answer = signedIn.ok
    ? redirectResponse("/console", 303)
    : await pageResponse(refusedPage(signedIn.error, c.get("requestId")));
  if (signedIn.ok) {
    answer.headers.append("set-cookie", (await mintedSession(c, signedIn.value)).cookie);
  }
  answer.headers.append("set-cookie", generateCookie(name, "", { ...cookieOptions, maxAge: 0 }));
  return answer;
}
