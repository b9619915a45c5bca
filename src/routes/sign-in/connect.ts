import { defined } from "../../contract/defined.ts";
import * as z from "zod";
import { time } from "../../contract/time.ts";
import { requireScope, type Caller } from "../../callers/caller.ts";
import { connectionAt, requires, userIdInQuery } from "../../front/require.ts";
import type { AuthorizationStart } from "../../contract/connection-rpc.ts";
import { prompts } from "../../contract/connection-rpc.ts";
import { AzureError, invalidField } from "../../contract/errors.ts";
import { snakeCase } from "../../contract/field-name.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { beginSignIn } from "../../operations/sign-in.ts";
import { scopePattern, tenantField } from "../../operations/sign-in-fields.ts";
import { bindingCookie } from "./binding-cookie.ts";
import type { Context, Middleware } from "../../front/context.ts";
import { withFieldNames } from "../../front/failures.ts";
import { redirectResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { readReturnUrl } from "../../config/return-url.ts";

const scopesField = z
  .string()
  .transform((text) => text.split(/ +/).filter((scope) => scope !== ""))
  .refine((scopes) => scopes.length <= 50 && scopes.every((scope) => scopePattern.test(scope)), {
    error: "must be at most 50 scopes separated by spaces",
  })
  .optional()
  .meta({ type: "string", description: "Separated by spaces; added to the default ones." });

const bindings = ["cookie", "confirm"] as const;
type Binding = (typeof bindings)[number];

const query = {
  tenant_id: tenantField,
  scopes: scopesField,
  login_hint: z.string().min(1).max(320).optional(),
  prompt: z.enum(prompts).optional(),
  return_url: z
    .string()
    .max(2_048)
    .optional()
    .meta({ description: "On one of RETURN_ORIGINS; required unless a cookie binds the sign-in." }),
  binding: z.enum(bindings).optional().meta({
    description:
      "What ties the end to the start: a cookie of this browser (default of a user's start), or that the caller confirms with flow (needs connections:write; always so when a server starts).",
  }),
};

const startSchema = z.object({
  auth_url: z.string(),
  state: z.string(),
  expires_at: time,
  connection: z.string().meta({ description: "Its id, where a flow is confirmed." }),
});

export function connectRoutes(router: Router): void {
  register(
    router,
    {
      method: "GET",
      path: "/connect",
      summary: "Start a sign-in with Microsoft",
      tag: "connections",
      scope: "connections:read",
      changes: true,
      connection: "query",
      access: connectAccess,
      query,
      answers: {
        200: {
          description: "Where to send the browser.",
          data: startSchema,
        },
        302: { description: "To Microsoft, when the browser asked for a page." },
      },
    },
    async (c, input) => {
      const { return_url: returnUrl, tenant_id: tenantId, login_hint: loginHint } = input.query;
      const { scopes, prompt } = input.query;
      const caller = c.get("caller");
      const config = c.get("config");
      if (returnUrl !== undefined && !readReturnUrl(returnUrl, config.returnOrigins)) {
        throw invalidReturnUrl("must be a URL on one of RETURN_ORIGINS");
      }
      const binding = bindingOf(caller, input.query.binding);
      if (returnUrl === undefined && binding === "confirm") {
        throw invalidReturnUrl(
          "is required for a sign-in that is confirmed, as all of a server's are",
        );
      }
      const start = beginSignIn(c.env, {
        connectionId: c.get("connectionId"),
        start: binding === "confirm" ? "server" : "user",
        mayAddLabel: caller.scopes.has("connections:write"),
        ...defined({ tenantId, scopes, loginHint, prompt, returnUrl }),
      });
      return startAnswer(c, await withFieldNames(start, snakeCase));
    },
  );
}

/**
 * A server has no browser that a cookie could bind. A page that will have to confirm is refused here
 * and not after the person has signed in.
 *
 * @throws AzureError `invalid_request` naming `binding`, or `forbidden` without connections:write
 */
function bindingOf(caller: Caller, asked: Binding | undefined): Binding {
  if (caller.userId === undefined) {
    if (asked === "cookie") {
      throw new AzureError(invalidField("binding", "must be confirm when a server starts"));
    }
    return "confirm";
  }
  if (asked === "confirm") orThrow(requireScope(caller, "connections:write"));
  return asked ?? "cookie";
}

async function startAnswer(c: Context, start: AuthorizationStart): Promise<Response> {
  const { authUrl, state, expiresAt, browserBinding } = start;
  const wantsPage = c.req.header("accept")?.includes("text/html") ?? false;
  const answer =
    wantsPage || opensInSandbox(c)
      ? redirectResponse(authUrl)
      : Response.json(
          { auth_url: authUrl, state, expires_at: expiresAt, connection: c.get("connectionId") },
          { headers: { "cache-control": "no-store" } },
        );
  if (browserBinding !== undefined) {
    answer.headers.append("set-cookie", await bindingCookie(state, browserBinding));
  }
  return answer;
}

const invalidReturnUrl = (expected: string): AzureError =>
  new AzureError(invalidField("return_url", expected));

/** Sandbox only: no credential needed, so that a link in a README can start a sign-in. */
const opensInSandbox = (c: Context): boolean =>
  c.get("config").cloud.name === "sandbox" && c.req.header("authorization") === undefined;

const signedIn = requires({ scope: () => "connections:read", connection: "query" });

/** The usual check; in the sandbox, without a credential, the user that the link names. */
async function connectAccess(...[c, next]: Parameters<Middleware>): Promise<void | Response> {
  if (!opensInSandbox(c)) return signedIn(c, next);
  const userId = userIdInQuery(c);
  if (userId === undefined) {
    throw new AzureError(invalidField("user_id", "is required: whose connection this will be"));
  }
  const caller: Caller = {
    kind: "session",
    id: userId,
    userId,
    scopes: new Set(["connections:read", "connections:write"]),
  };
  c.set("caller", caller);
  c.set("connectionId", orThrow(connectionAt("query", c, caller)));
  await next();
}
