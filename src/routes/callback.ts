import { generateCookie, getCookie } from "hono/cookie";
import * as z from "zod";
import { browserBindingCookie, verifyState } from "../connection/authorization-state.ts";
import type { AuthorizationCompletion } from "../connection/contract.ts";
import { connectionStub } from "../connection/stub.ts";
import { errorStatuses, type Failure } from "../errors.ts";
import { bindingCookieOptions } from "./connect.ts";
import type { Context } from "../context.ts";
import { pageResponse, redirectResponse } from "./pages.ts";
import { register, type Router } from "./register.ts";
import { returnTo } from "../return-url.ts";

const text = z.string().max(16_384).optional();

const page = { type: "text/html", schema: z.string() };

export function callbackRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/callback",
      summary: "Where Microsoft sends the browser after a sign-in",
      tag: "connections",
      scope: "open",
      query: { code: text, state: text, error: text, error_description: text },
      openQuery: true,
      answers: {
        200: { description: "A page that says so.", content: page },
        302: { description: "To the return_url of the start, with status and flow, or error." },
        400: { description: "A page that says what went wrong.", content: page },
        409: { description: "A page that says why the old grant was kept.", content: page },
      },
    },
    async (c, { query: { state } }) => {
      const { sessionSecret } = c.var.config;
      // Before any actor is asked: a state that was not made here leads nowhere.
      const connectionId =
        state === undefined ? undefined : await verifyState(sessionSecret, state);
      if (state === undefined || connectionId === undefined) return pageResponse(unknownState(c));

      c.set("connectionId", connectionId);
      const cookie = await browserBindingCookie(state);
      const browserBinding = getCookie(c, cookie);
      const completion = await connectionStub(c.env, connectionId).completeAuthorization({
        state,
        response: new URL(c.req.url).search.slice(1),
        ...(browserBinding !== undefined && { browserBinding }),
      });
      const answer = completion.ok
        ? await completionAnswer(c, completion.value)
        : await pageResponse(refusedPage(c, completion.error));
      if (completion.ok && browserBinding !== undefined) {
        const cleared = generateCookie(cookie, "", { ...bindingCookieOptions, maxAge: 0 });
        answer.headers.append("set-cookie", cleared);
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
    case "refused":
      return completion.returnUrl === undefined
        ? pageResponse(refusedPage(c, completion.error))
        : redirectResponse(returnTo(completion.returnUrl, errorParameters(completion.error)));
  }
}

/** What OAuth's own error answer looks like, so that a page needs to know one form only. */
const errorParameters = ({ code, message, details }: Failure) => ({
  error: details?.reason ?? code,
  error_description: message,
});

const connectedPage = (account: string | undefined) => ({
  status: 200,
  title: "You are connected",
  tone: "good" as const,
  text: [
    account === undefined ? "The sign-in is complete." : `Connected as ${account}.`,
    "You can close this page.",
  ],
});

const unknownState = (c: Context) => ({
  status: 400,
  title: "This sign-in cannot be completed",
  tone: "bad" as const,
  text: [
    "The link is not one of a sign-in that was started here, or it has been changed on its way.",
    "Start again from where you came.",
  ],
  requestId: c.var.requestId,
});

/** What a browser brought here is wrong, unless it does not fit what is held, or the trouble is elsewhere. */
function refusedStatus({ code }: Failure): number {
  const status = errorStatuses[code];
  return code === "conflict" || status >= 500 ? status : 400;
}

const refusedPage = (c: Context, error: Failure) => ({
  status: refusedStatus(error),
  title: "You are not connected",
  tone: "bad" as const,
  text: [error.message, "Nothing was changed. You can close this page and try again."],
  requestId: c.var.requestId,
});
