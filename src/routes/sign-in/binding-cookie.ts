import type { AuthorizationStart } from "../../contract/connection-rpc.ts";
import { hostCookie } from "../../front/host-cookie.ts";
import { redirectResponse } from "../../front/pages.ts";
import { browserBindingCookie } from "../../connection/grant/authorization-state.ts";
import { signInPurposes } from "../../connection/grant/sign-in-purpose.ts";

/** Seconds: as long as the state it belongs to. */
const lifetime = signInPurposes.connect.ttlMs / 1_000;

/** `Set-Cookie` that ties the sign-in of `state` to this browser. */
export const bindingCookie = async (state: string, binding: string): Promise<string> =>
  hostCookie(await browserBindingCookie(state), binding, { sameSite: "Lax", maxAge: lifetime });

/** Sends the browser that pressed a button to Microsoft, and ties the sign-in to it. */
export async function boundRedirect(start: AuthorizationStart): Promise<Response> {
  const { authUrl, state, browserBinding } = start;
  const answer = redirectResponse(authUrl, 303);
  if (browserBinding !== undefined) {
    answer.headers.append("set-cookie", await bindingCookie(state, browserBinding));
  }
  return answer;
}

/** `Set-Cookie` that takes it away. */
export const clearedBindingCookie = async (state: string): Promise<string> =>
  hostCookie(await browserBindingCookie(state), "", { sameSite: "Lax", maxAge: 0 });
