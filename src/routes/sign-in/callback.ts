import { defined } from "../../contract/defined.ts";
import { getCookie } from "hono/cookie";
import * as z from "zod";
import {
  browserBindingCookie,
  connectionOfCallback,
} from "../../connection/grant/authorization-state.ts";
import type { AuthorizationCompletion } from "../../contract/connection-rpc.ts";
import { connectionStub } from "../../connection/stub.ts";
import { renamedField, type Failure } from "../../contract/errors.ts";
import { snakeCase } from "../../contract/field-name.ts";
import { completeConsoleSignIn } from "../operators/sign-in.ts";
import { microsoftCallback } from "../oauth/microsoft-callback.ts";
import { bindingCookie, clearedBindingCookie } from "./binding-cookie.ts";
import {
  administratorPage,
  connectedPage,
  refusedPage,
  unknownStatePage,
} from "./callback-page.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { returnTo } from "../../config/return-url.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";

const text = z.string().max(16_384).optional();

const page = { "text/html": z.string() };

export function callbackRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: signInPurposes.connect.callbackPath,
      summary: "Where Microsoft sends the browser after a sign-in",
      tag: "connections",
      scope: "open",
      changes: true,
      query: {
        code: text,
        state: text,
        error: text,
        error_description: text,
        admin_consent: text,
      },
      openQuery: true,
      answers: {
        200: { description: "A page that says so.", content: page },
        302: {
          description:
            "To the return_url of the start, with status and flow, or error; of a personal account, on to Microsoft.",
        },
        400: { description: "A page that says what went wrong.", content: page },
        409: { description: "A page that says why the old grant was kept.", content: page },
      },
    },
    async (c, { query: { state, admin_consent: consent } }) => {
      const { sessionSecret } = c.get("config");
      // Before any actor is asked: a state that was not made here leads nowhere.
      const connectionId =
        state === undefined ? undefined : await connectionOfCallback(sessionSecret, state);
      if (state === undefined || connectionId === undefined) {
        const ofClient = state === undefined ? undefined : await microsoftCallback(c, state);
        if (ofClient !== undefined) return ofClient;
        const operator = state === undefined ? undefined : await completeConsoleSignIn(c, state);
        if (operator !== undefined) return operator;
        // After a consent in the Azure portal the administrator is sent to the first redirect URI.
        return pageResponse(
          consent === undefined ? unknownStatePage(c.get("requestId")) : administratorPage,
        );
      }
      c.set("connectionId", connectionId);
      const browserBinding = getCookie(c, await browserBindingCookie(state));
      const connection = await connectionStub(c.env, connectionId);
      const completion = await connection.completeAuthorization({
        state,
        response: new URL(c.req.url).search.slice(1),
        ...defined({ browserBinding }),
      });
      if (!completion.ok) return pageResponse(refusedPage(completion.error, c.get("requestId")));
      const answer = await completionAnswer(c, completion.value);
      for (const cookie of await cookiesOf(completion.value, state, browserBinding)) {
        answer.headers.append("set-cookie", cookie);
      }
      return answer;
    },
  );
}

function completionAnswer(
  c: Context,
  completion: AuthorizationCompletion,
): Response | Promise<Response> {
  switch (completion.outcome) {
    case "connected":
      return completion.returnUrl === undefined
        ? pageResponse(connectedPage(completion.info.identity?.upn ?? undefined))
        : redirectResponse(returnTo(completion.returnUrl, { status: "connected" }));
    case "confirmation_required": {
      const { flow, returnUrl } = completion;
      return redirectResponse(returnTo(returnUrl, { status: "confirmation_required", flow }));
    }
    case "continued":
      return redirectResponse(completion.authUrl);
    case "refused": {
      const error = renamedField(completion.error, snakeCase);
      return completion.returnUrl === undefined
        ? pageResponse(refusedPage(error, c.get("requestId")))
        : redirectResponse(returnTo(completion.returnUrl, errorParameters(error)));
    }
  }
}

/**
 * Changes to the cookie that binds a user's start to this browser. After a success it stays until it
 * expires: if the callback is sent once more, it shows that this is the same browser.
 */
async function cookiesOf(
  completion: AuthorizationCompletion,
  state: string,
  browserBinding: string | undefined,
): Promise<string[]> {
  if (browserBinding === undefined) return [];
  switch (completion.outcome) {
    case "connected":
    case "confirmation_required":
      return [];
    case "continued":
      return [
        await clearedBindingCookie(state),
        await bindingCookie(completion.state, browserBinding),
      ];
    case "refused":
      return [await clearedBindingCookie(state)];
  }
}

/** What OAuth's own error answer looks like, so that a page needs to know one form only. */
export const errorParameters = ({ code, message, details }: Failure) => ({
  error: details?.reason ?? code,
  error_description: message,
});
