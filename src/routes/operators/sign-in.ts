import { AzureError, failure } from "../../contract/errors.ts";
import { success } from "../../front/answers.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import type { Router } from "../../front/router.ts";
import { finishConsoleSignIn } from "../../operations/console-sign-in.ts";
import { beginIdentitySignIn, openSignInSchema } from "../../operations/identity-sign-in.ts";
import { bindingCookie } from "../sign-in/binding-cookie.ts";
import { refusedPage } from "../sign-in/callback-page.ts";
import { completeIdentity } from "../sign-in/identity.ts";
import { consoleRoute } from "./route.ts";
import { mintedSession } from "./session.ts";

/** Starts the sign-in of an operator; it comes back to `/callback`. */
export function consoleSignInRoutes(router: Router): void {
  consoleRoute(router, "POST", "/console/sign-in", async (c) => {
    const config = c.get("config");
    const tenant = config.console?.tenantId;
    if (tenant === undefined)
      throw new AzureError(failure("not_found", "CONSOLE_TENANT_ID is not set."));
    const start = { prompt: "select_account", now: Date.now() } as const;
    const begun = await beginIdentitySignIn(config, "console", { tenant }, start);
    const cookie = await bindingCookie(begun.state, begun.sealed);
    return success({ auth_url: begun.authUrl }, { headers: { "set-cookie": cookie } });
  });
}

/** The answer to the callback of such a sign-in; undefined when the state is of no such one. */
export async function completeConsoleSignIn(
  c: Context,
  state: string,
): Promise<Response | undefined> {
  const config = c.get("config");
  if (config.console === undefined) return undefined;
  return completeIdentity(c, {
    purpose: "console",
    state,
    schema: openSignInSchema,
    finish: async (open, answer) => {
      const signedIn = await finishConsoleSignIn(config, open, answer);
      if (!signedIn.ok) return pageResponse(refusedPage(signedIn.error, c.get("requestId")));
      const entered = redirectResponse("/console", 303);
      entered.headers.append("set-cookie", (await mintedSession(c, signedIn.value)).cookie);
      return entered;
    },
  });
}
