import { generateCookie } from "hono/cookie";
import * as z from "zod";
import { requires } from "../callers/require.ts";
import { browserBindingCookie } from "../connection/authorization-state.ts";
import { connectionIdOf, labelSchema, userIdSchema } from "../connection/connection-id.ts";
import type { AuthorizationStart } from "../connection/contract.ts";
import { parseTenant } from "../entra/tenant.ts";
import { AzureError, failure } from "../errors.ts";
import { beginConnect } from "../operations/connections.ts";
import { targetFor } from "./answers.ts";
import type { Context, Middleware } from "../context.ts";
import { redirectResponse } from "./pages.ts";
import { register, type Router } from "./register.ts";
import { readReturnUrl } from "../return-url.ts";

/** Seconds: as long as the state it belongs to. */
export const bindingLifetime = 600;

export const bindingCookieOptions = {
  path: "/",
  secure: true,
  httpOnly: true,
  sameSite: "Lax",
} as const;

export const tenantField = z
  .string()
  .refine((text) => parseTenant(text) !== undefined, {
    error: "must be a tenant id, a domain, common, organizations or consumers",
  })
  .optional();

/** RFC 6749 §3.3: what a scope may be made of. */
export const scopePattern = /^[\u0021\u0023-\u005b\u005d-\u007e]{1,512}$/;

const scopesField = z
  .string()
  .transform((text) => text.split(/ +/).filter((scope) => scope !== ""))
  .refine((scopes) => scopes.length <= 50 && scopes.every((scope) => scopePattern.test(scope)), {
    error: "must be at most 50 scopes separated by spaces",
  })
  .optional()
  .meta({ type: "string", description: "Separated by spaces; added to the default ones." });

const query = {
  tenant_id: tenantField,
  scopes: scopesField,
  login_hint: z.string().min(1).max(320).optional(),
  prompt: z.enum(["login", "none", "consent", "select_account"]).optional(),
  return_url: z
    .string()
    .max(2_048)
    .optional()
    .meta({ description: "On one of RETURN_ORIGINS; required when a server starts." }),
};

const startSchema = z.object({
  auth_url: z.string(),
  state: z.string(),
  expires_at: z.iso.datetime(),
});

export function connectRoutes(router: Router): void {
  register(
    router,
    {
      method: "get",
      path: "/connect",
      summary: "Start a sign-in with Microsoft",
      tag: "connections",
      scope: "connections:read",
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
      const { caller, config } = c.var;
      if (returnUrl !== undefined && !readReturnUrl(returnUrl, config.returnOrigins)) {
        throw invalidReturnUrl("must be a URL on one of RETURN_ORIGINS");
      }
      if (returnUrl === undefined && caller.userId === undefined) {
        throw invalidReturnUrl("is required when a server starts a sign-in");
      }
      const start = await beginConnect(targetFor(c), {
        start: caller.userId === undefined ? "server" : "user",
        ...(tenantId !== undefined && { tenantId }),
        ...(scopes !== undefined && { scopes }),
        ...(loginHint !== undefined && { loginHint }),
        ...(prompt !== undefined && { prompt }),
        ...(returnUrl !== undefined && { returnUrl }),
      });
      return startAnswer(c, start);
    },
  );
}

async function startAnswer(c: Context, start: AuthorizationStart): Promise<Response> {
  const { authUrl, state, expiresAt, browserBinding } = start;
  const wantsPage = c.req.header("accept")?.includes("text/html") ?? false;
  const answer =
    wantsPage || opensInSandbox(c)
      ? redirectResponse(authUrl)
      : Response.json(
          { auth_url: authUrl, state, expires_at: expiresAt },
          { headers: { "cache-control": "no-store" } },
        );
  if (browserBinding !== undefined) {
    const options = { ...bindingCookieOptions, maxAge: bindingLifetime };
    const cookie = generateCookie(await browserBindingCookie(state), browserBinding, options);
    answer.headers.append("set-cookie", cookie);
  }
  return answer;
}

const invalidReturnUrl = (expected: string): AzureError =>
  new AzureError(
    failure("invalid_request", `return_url ${expected}.`, { details: { field: "return_url" } }),
  );

/** In the sandbox, where nobody is anybody, a link in a README may start a sign-in. */
const opensInSandbox = (c: Context): boolean =>
  c.var.config.cloud.name === "sandbox" && c.req.header("authorization") === undefined;

const signedIn = requires({ scope: () => "connections:read", connection: "query" });

/** The usual check; in the sandbox, without a credential, the user that the link names. */
async function connectAccess(...[c, next]: Parameters<Middleware>): Promise<void | Response> {
  if (!opensInSandbox(c)) return signedIn(c, next);
  const userId = userIdSchema.safeParse(c.req.query("user_id"));
  if (!userId.success) {
    throw new AzureError(
      failure("invalid_request", "Say whose connection this will be: user_id.", {
        details: { field: "user_id" },
      }),
    );
  }
  const label = labelSchema.optional().safeParse(c.req.query("label")).data;
  c.set("caller", {
    kind: "session",
    id: userId.data,
    userId: userId.data,
    scopes: new Set(["connections:read"]),
  });
  c.set(
    "connectionId",
    connectionIdOf({ kind: "user", userId: userId.data, ...(label !== undefined && { label }) }),
  );
  await next();
}
