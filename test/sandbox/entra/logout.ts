import type { SandboxWorld } from "../create-world.ts";
import { signOutCookie } from "./browser-session.ts";
import { isRegisteredRedirect } from "./client.ts";
import { entraHeaders } from "./environment.ts";
import type { EntraContext } from "./environment.ts";
import { signedOutPage } from "./pages.ts";

/**
 * GET or POST /{tenant}/oauth2/v2.0/logout. The browser is sent on only to a registered redirect
 * URI; with any other the person stays on Entra's page. Refresh tokens outlive a sign-out.
 */
export async function logoutEndpoint(
  context: EntraContext,
  world: SandboxWorld,
): Promise<Response> {
  const form = new URLSearchParams(context.req.method === "POST" ? await context.req.text() : "");
  const ask = (name: string) => form.get(name) ?? context.req.query(name);
  const target = ask("post_logout_redirect_uri");
  const headers = entraHeaders(world);
  let answer: Response;
  if (target !== undefined && isRegisteredRedirect(target)) {
    const location = new URL(target);
    const state = ask("state");
    if (state !== undefined) location.searchParams.set("state", state);
    answer = new Response(null, { status: 302, headers: { ...headers, location: location.href } });
  } else {
    answer = await context.html(signedOutPage(), 200, headers);
  }
  answer.headers.append("set-cookie", signOutCookie);
  return answer;
}
