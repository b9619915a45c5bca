import { bodyLimit } from "hono/body-limit";
import * as z from "zod";
import type { McpSignIn } from "../../config/mcp-sign-in.ts";
import { bodyTooLarge } from "../../front/body.ts";
import type { Context, Middleware } from "../../front/context.ts";
import { isOwnForm } from "../../front/own-form.ts";
import { pageResponse, redirectResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import {
  atPublicOrigin,
  AuthorizationError,
  oauthPaths,
  type AuthRequest,
} from "../../oauth/authorization-server.ts";
import { completeSignIn } from "../../oauth/completion.ts";
import { readHostState, readTicket, signHostState } from "../../oauth/host-sign-in.ts";
import { connectAccount } from "../../oauth/account-connection.ts";
import { grantableScopes, isOptional } from "../../oauth/mcp-scopes.ts";
import { openStep, takeStep, type StepOf } from "../../oauth/transactions.ts";
import { elsewherePage } from "./consent-page.ts";
import { refusedPage } from "../sign-in/callback-page.ts";
import {
  backToClient,
  showConsent,
  toMicrosoft,
  whereSignIn,
  withCookies,
  type SignInContext,
} from "./sign-in.ts";

const page = { "text/html": z.string() };
const pages = {
  400: { description: "A page that says why the application cannot be let in.", content: page },
  429: { description: "A page: too many requests from this address.", content: page },
};

/** Bytes of the form at most. */
const largestForm = 16_384;

const limitedForm: Middleware = bodyLimit({
  maxSize: largestForm,
  onError: () => {
    throw bodyTooLarge(largestForm);
  },
});

/** The pages of a sign-in by an MCP client. Without a way to know the user they are not there. */
export function authorizeRoutes(router: Router): void {
  router.app.use(oauthPaths.authorize, limitedForm);
  register(
    router,
    {
      method: "GET",
      path: oauthPaths.authorize,
      summary: "Where an MCP client sends its user (OAuth 2.1, PKCE S256)",
      tag: "mcp",
      scope: "open",
      // It begins a sign-in.
      changes: true,
      openQuery: true,
      answers: {
        200: { description: "The page that asks for consent.", content: page },
        302: { description: "To Microsoft, where the account is the user." },
        ...pages,
      },
    },
    (c) => whereSignIn(c, (context, mode) => begin(context, mode)),
  );

  register(
    router,
    {
      method: "POST",
      path: oauthPaths.authorize,
      summary: "The user's answer on the page that asks for consent",
      tag: "mcp",
      scope: "open",
      openQuery: true,
      bodyContent: { "application/x-www-form-urlencoded": z.object({ handle: z.string() }) },
      answers: {
        303: { description: "To the host's page, or back to the client." },
        ...pages,
        403: { description: "A page: the form came from another site.", content: page },
      },
    },
    (c) =>
      whereSignIn(c, async (context) =>
        isOwnForm(c) ? decide(context, await readForm(c)) : pageResponse(elsewherePage),
      ),
  );

  register(
    router,
    {
      method: "GET",
      path: oauthPaths.continue,
      summary: "Where the host sends its user back to, after it has said who that is",
      tag: "mcp",
      scope: "open",
      changes: true,
      query: { state: z.string().max(512).optional(), ticket: z.string().max(512).optional() },
      answers: { 302: { description: "Back to the client, with a code." }, ...pages },
    },
    (c, { query: { state = "", ticket = "" } }) =>
      whereSignIn(c, (context) => resume(context, { state, ticket })),
  );
}

/** Reads the client's request, and asks: in host mode for consent, stand-alone first who it is. */
async function begin({ c, oauth }: SignInContext, mode: McpSignIn): Promise<Response> {
  const parsed = await oauth.api.parseAuthRequest(atPublicOrigin(c.get("config"), c.req.raw));
  if (parsed.codeChallenge === undefined) {
    throw new AuthorizationError("invalid_request", {
      description: "A code_challenge by S256 is required",
    });
  }
  const request: AuthRequest = { ...parsed, scope: grantableScopes(parsed.scope) };
  switch (mode.kind) {
    case "host":
      return showConsent({ c, oauth }, request, { data: { step: "consent" } });
    case "standalone":
      return toMicrosoft({ c, oauth }, request, mode);
  }
}

interface Decision {
  handle: string;
  allowed: boolean;
  /** Those that the person left ticked. */
  ticked: ReadonlySet<string>;
}

async function readForm(c: Context): Promise<Decision> {
  // What is no form answers nothing.
  const form = await c.req.parseBody({ all: true }).catch(() => ({}) as Record<string, unknown>);
  const { handle, decision, scope = [] } = form;
  return {
    handle: typeof handle === "string" ? handle : "",
    allowed: decision === "allow",
    ticked: new Set([scope].flat().filter((one) => typeof one === "string")),
  };
}

/** What the person decided: never more than was asked. */
async function decide(context: SignInContext, decision: Decision): Promise<Response> {
  const { c, oauth } = context;
  const taken = await takeStep(
    oauth.api,
    { handle: decision.handle, cookie: c.req.header("cookie") },
    ["consent", "account"],
  );
  const { headers, data } = taken;
  if (!decision.allowed) return backToClient(taken.request, "access_denied", headers);
  const scope = taken.request.scope.filter((one) => !isOptional(one) || decision.ticked.has(one));
  // A token without any scope is no token (RFC 6749 §3.3).
  if (scope.length === 0) return backToClient(taken.request, "access_denied", headers);
  const request = { ...taken.request, scope };
  return data.step === "consent"
    ? toHost(context, request, headers)
    : finishAccount(context, request, data, headers);
}

async function toHost(
  { c, oauth }: SignInContext,
  request: AuthRequest,
  headers: Headers,
): Promise<Response> {
  const { mcpSignIn, sessionSecret } = c.get("config");
  // The configuration has changed since the page was shown.
  if (mcpSignIn?.kind !== "host") return backToClient(request, "temporarily_unavailable", headers);
  const opened = await openStep(oauth.api, request, { step: "host" });
  const url = new URL(mcpSignIn.url);
  url.searchParams.set("state", await signHostState(sessionSecret, opened.handle, Date.now()));
  return withCookies(redirectResponse(url.href, 303), headers, opened.headers);
}

/** The account's own connection takes the grant; then its client gets a code. */
async function finishAccount(
  { c, oauth }: SignInContext,
  request: AuthRequest,
  account: StepOf<"account">,
  headers: Headers,
): Promise<Response> {
  const connected = await connectAccount(c.env, account);
  if (!connected.ok) {
    return withCookies(pageResponse(refusedPage(connected.error, c.get("requestId"))), headers);
  }
  const location = await completeSignIn(oauth.api, request, { userId: account.user_id });
  return withCookies(redirectResponse(location, 303), headers);
}

/** The browser comes from the host with a ticket that says who its user is. */
async function resume(
  { c, oauth }: SignInContext,
  { state, ticket }: { state: string; ticket: string },
): Promise<Response> {
  const { sessionSecret } = c.get("config");
  const now = Date.now();
  // Before any object is asked: what was not made here leads nowhere.
  const handle = await readHostState(sessionSecret, state, now);
  const user = await readTicket(sessionSecret, state, ticket, now);
  if (handle === undefined || user === undefined) {
    throw new AuthorizationError("invalid_request", {
      description: "This address was not made here, or it is too old: it is good for one minute",
    });
  }
  const { request, headers } = await takeStep(
    oauth.api,
    { handle, cookie: c.req.header("cookie") },
    ["host"],
  );
  return withCookies(redirectResponse(await completeSignIn(oauth.api, request, user)), headers);
}
