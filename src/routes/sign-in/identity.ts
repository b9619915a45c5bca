import { getCookie } from "hono/cookie";
import type * as z from "zod";
import type { DetachedAnswer } from "../../connection/grant/detached-sign-in.ts";
import { browserBindingCookie, verifyState } from "../../connection/grant/authorization-state.ts";
import type { Context } from "../../front/context.ts";
import { pageResponse } from "../../front/pages.ts";
import {
  openIdentitySignIn,
  type IdentityPurpose,
  type OpenSignIn,
} from "../../operations/identity-sign-in.ts";
import { clearedBindingCookie } from "./binding-cookie.ts";
import { unknownStatePage } from "./callback-page.ts";

/** The callback of a sign-in whose secrets its browser keeps. */
export interface IdentityCallback<Open extends OpenSignIn> {
  purpose: IdentityPurpose;
  state: string;
  /** Of what the purpose keeps in the browser. */
  schema: z.ZodType<Open>;
  finish: (open: Open, answer: DetachedAnswer) => Promise<Response>;
}

/** The answer to such a callback; undefined when the state is not of this purpose. */
export async function completeIdentity<Open extends OpenSignIn>(
  c: Context,
  { purpose, state, schema, finish }: IdentityCallback<Open>,
): Promise<Response | undefined> {
  const config = c.get("config");
  if ((await verifyState(config.sessionSecret, purpose, state)) === undefined) return undefined;
  const sealed = getCookie(c, await browserBindingCookie(state));
  const now = () => Date.now();
  const open = await openIdentitySignIn(config, purpose, schema, { state, sealed, now: now() });
  // Another browser, or one that was here before: where to send it nobody knows.
  if (open === undefined) return pageResponse(unknownStatePage(c.get("requestId")));
  const { searchParams: response } = new URL(c.req.url);
  const answer = await finish(open, { state, response, now });
  answer.headers.append("set-cookie", await clearedBindingCookie(state));
  return answer;
}
