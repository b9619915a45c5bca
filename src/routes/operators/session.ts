import { generateCookie } from "hono/cookie";
import * as z from "zod";
import { version } from "../../../package.json";
import { accessHeader, personOfAccess } from "../../callers/access-assertion.ts";
import { findApiKey } from "../../callers/api-key.ts";
import { requireScope } from "../../callers/caller.ts";
import {
  consoleCookie,
  consoleSessionLifetime,
  mintConsoleSession,
  type ConsoleSession,
} from "../../callers/console-session.ts";
import type { ConsoleState } from "../../contract/console-state.ts";
import { AzureError, failure, invalidField } from "../../contract/errors.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { success } from "../../front/answers.ts";
import { readJson } from "../../front/body.ts";
import { consoleSessionOf, fromConsole } from "../../front/console-access.ts";
import type { Context } from "../../front/context.ts";
import { guardsOf } from "../../front/register.ts";
import { limitedByAddress } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { parseInput } from "../../operations/failures.ts";

const cookieOptions = { path: "/", secure: true, httpOnly: true, sameSite: "Strict" } as const;

const path = "/console/session";

const bodySchema = z.strictObject({ api_key: z.string().min(1).max(512).optional() });

/** Who is signed in to the console in this browser; signing in and out. */
export function consoleSessionRoutes({ app }: Router): void {
  app.on("GET", [path], ...guardsOf({ path }), async (c) => answer(c, await consoleSessionOf(c)));
  app.on("POST", [path], ...guardsOf({ path, access: fromConsole, json: true }), async (c) => {
    const { api_key: key } = parseInput(bodySchema, (await readJson(c)) ?? {});
    const excess = await limitedByAddress(c);
    if (excess !== undefined) throw new AzureError(excess);
    const person = key === undefined ? await byAccess(c) : await byApiKey(c, key);
    const { session, cookie } = await mintedSession(c, person);
    return answer(c, session, cookie);
  });
  app.on("DELETE", [path], ...guardsOf({ path, access: fromConsole }), (c) =>
    answer(c, undefined, generateCookie(consoleCookie, "", { ...cookieOptions, maxAge: 0 })),
  );
}

type Person = Pick<ConsoleSession, "name" | "role">;

/** A session, and the `Set-Cookie` that gives it to the browser. */
export async function mintedSession(
  c: Context,
  person: Person,
): Promise<{ session: ConsoleSession; cookie: string }> {
  const { token, session } = await mintConsoleSession(
    c.get("config").sessionSecret,
    person,
    Date.now(),
  );
  const options = { ...cookieOptions, maxAge: consoleSessionLifetime };
  return { session, cookie: generateCookie(consoleCookie, token, options) };
}

async function byApiKey(c: Context, text: string): Promise<Person> {
  const { console, apiKeys } = c.get("config");
  if (!console?.ways.includes("api_key")) {
    throw new AzureError(invalidField("api_key", "is no way to sign in here"));
  }
  const key = await findApiKey(apiKeys, text);
  if (key === undefined) {
    throw new AzureError(failure("unauthenticated", "This API key is not valid."));
  }
  orThrow(requireScope({ scopes: new Set(key.scopes) }, "admin"));
  return { name: `API key ${key.id}`, role: "admin" };
}

async function byAccess(c: Context): Promise<Person> {
  const { access, admins } = c.get("config").console ?? {};
  if (access === undefined) throw new AzureError(invalidField("api_key", "is required"));
  const assertion = c.req.header(accessHeader) ?? "";
  const tools = { fetch: (request: Request) => fetch(request), now: () => Date.now() };
  const name = await personOfAccess(assertion, access, tools);
  if (name === "unavailable") {
    throw new AzureError(failure("upstream_unavailable", "Cloudflare Access does not answer."));
  }
  if (name === undefined) throw new AzureError(notLetThrough());
  return { name, role: admins?.has(name.toLowerCase()) ? "admin" : "read" };
}

const notLetThrough = () =>
  failure("unauthenticated", "Cloudflare Access does not prove who this is.");

function answer(c: Context, session: ConsoleSession | undefined, cookie?: string): Response {
  const state: ConsoleState = {
    version,
    runner: c.get("config").console?.runner === true,
    ways: [...(c.get("config").console?.ways ?? [])],
    session:
      session === undefined
        ? null
        : {
            name: session.name,
            role: session.role,
            expires_at: new Date(session.expiresAt).toISOString(),
          },
  };
  return success(state, cookie === undefined ? {} : { headers: { "set-cookie": cookie } });
}
