import * as z from "zod";
import { version } from "../../../package.json";
import { accessHeader, personOfAccess } from "../../callers/access-assertion.ts";
import { findApiKey } from "../../callers/api-key.ts";
import { requireScope } from "../../callers/caller.ts";
import { unauthenticated } from "../../callers/credential.ts";
import {
  consoleCookie,
  consoleSessionLifetime,
  mintConsoleSession,
  type ConsoleSession,
} from "../../callers/console-session.ts";
import type { ConsoleState } from "../../contract/console-state.ts";
import { defined } from "../../contract/defined.ts";
import { AzureError, invalidField, type Failure } from "../../contract/errors.ts";
import { orThrow } from "../../contract/or-throw.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import { success } from "../../front/answers.ts";
import { readJson } from "../../front/body.ts";
import { consoleSessionOf } from "../../front/console-access.ts";
import type { Context } from "../../front/context.ts";
import { hostCookie } from "../../front/host-cookie.ts";
import { limitedByAddress } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { parseInput } from "../../operations/failures.ts";
import { consoleRoute } from "./route.ts";

const path = "/console/session";

const bodySchema = z.strictObject({ api_key: z.string().min(1).max(512).optional() });

/** Who is signed in to the console in this browser; signing in and out. */
export function consoleSessionRoutes(router: Router): void {
  consoleRoute(router, "GET", path, async (c) => answer(c, await consoleSessionOf(c)));
  consoleRoute(router, "POST", path, async (c) => {
    const { api_key: key } = parseInput(bodySchema, await readJson(c));
    const excess = await limitedByAddress(c);
    if (excess !== undefined) throw new AzureError(excess);
    const person = key === undefined ? await byAccess(c) : await byApiKey(c, key);
    const { session, cookie } = await mintedSession(c, orThrow(person));
    return answer(c, session, cookie);
  });
  consoleRoute(router, "DELETE", path, async (c) => answer(c, undefined, cookieOf("", 0)));
}

type Person = Pick<ConsoleSession, "name" | "role">;

const cookieOf = (token: string, maxAge: number): string =>
  hostCookie(consoleCookie, token, { sameSite: "Strict", maxAge });

/** A session, and the `Set-Cookie` that gives it to the browser. */
export async function mintedSession(
  c: Context,
  person: Person,
): Promise<{ session: ConsoleSession; cookie: string }> {
  const { sessionSecret } = c.get("config");
  const { token, session } = await mintConsoleSession(sessionSecret, person, Date.now());
  return { session, cookie: cookieOf(token, consoleSessionLifetime) };
}

async function byApiKey(c: Context, text: string): Promise<Result<Person, Failure>> {
  const { console, apiKeys } = c.get("config");
  if (!console?.ways.includes("api_key")) {
    return err(invalidField("api_key", "is no way to sign in here"));
  }
  const key = await findApiKey(apiKeys, text);
  if (key === undefined) return unauthenticated("This API key is not valid.");
  const allowed = requireScope({ scopes: new Set(key.scopes) }, "admin");
  return allowed.ok ? ok({ name: `API key ${key.id}`, role: "admin" }) : allowed;
}

async function byAccess(c: Context): Promise<Result<Person, Failure>> {
  const { access, admins } = c.get("config").console ?? {};
  if (access === undefined) return err(invalidField("api_key", "is required"));
  const assertion = c.req.header(accessHeader) ?? "";
  const tools = { fetch: (request: Request) => fetch(request), now: () => Date.now() };
  const name = await personOfAccess(assertion, access, tools);
  if (!name.ok) return name;
  const role = admins?.has(name.value.toLowerCase()) ? "admin" : "read";
  return ok({ name: name.value, role });
}

function answer(c: Context, session: ConsoleSession | undefined, cookie?: string): Response {
  const { ways = [], runner = false } = c.get("config").console ?? {};
  const state: ConsoleState = { version, runner, ways, session: session ?? null };
  return success(state, { headers: defined({ "set-cookie": cookie }) });
}
