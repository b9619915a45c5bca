import { getCookie } from "hono/cookie";
import * as z from "zod";
import type { SandboxWorld } from "../create-world.ts";
import { userByName } from "../people.ts";
import type { SandboxUser } from "../world.ts";
import type { EntraContext } from "./environment.ts";

const cookieName = "ESTSAUTHPERSISTENT";
const sessionSchema = z.object({ accounts: z.array(z.string()) });

/** The accounts signed in in this browser; what prompt=none is answered from. */
export async function signedInAccounts(
  context: EntraContext,
  world: SandboxWorld,
): Promise<SandboxUser[]> {
  const cookie = getCookie(context, cookieName);
  if (cookie === undefined) return [];
  const session = sessionSchema.safeParse(await world.sealer.open("session", "", cookie));
  const accounts = session.data?.accounts ?? [];
  return accounts.map(userByName).filter((user) => user !== undefined);
}

const attributes = "Path=/; HttpOnly; SameSite=Lax";

/** The Set-Cookie that adds an account to the browser's session. */
export async function signInCookie(
  world: SandboxWorld,
  before: readonly SandboxUser[],
  user: SandboxUser,
): Promise<string> {
  const accounts = [...new Set([...before.map((one) => one.upn), user.upn])];
  return `${cookieName}=${await world.sealer.seal("session", "", { accounts })}; ${attributes}`;
}

export const signOutCookie = `${cookieName}=; Max-Age=0; ${attributes}`;
