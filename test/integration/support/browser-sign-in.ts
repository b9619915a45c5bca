import { expect } from "vitest";
import { allKey, CookieJar, front, sessionOf } from "./front.ts";

/** What `/connect` answers. */
export interface SignInStart {
  auth_url: string;
  state: string;
  expires_at: string;
}

/** A page of the host application starts a sign-in for the user it has a session of. */
export async function userStart(
  userId: string,
  jar: CookieJar,
  query: Record<string, string> = {},
): Promise<SignInStart> {
  const response = await front(`/connect?${new URLSearchParams(query).toString()}`, {
    credential: await sessionOf(userId, ["connections:read", "connections:write"]),
  });
  expect(response.status).toBe(200);
  return jar.take(response).json<SignInStart>();
}

/** A server of the host application starts a sign-in; the query names its `return_url`. */
export async function serverStart(
  userId: string,
  query: Record<string, string>,
): Promise<SignInStart> {
  const parameters = new URLSearchParams({ user_id: userId, ...query });
  const response = await front(`/connect?${parameters.toString()}`, { credential: allKey });
  expect(response.status).toBe(200);
  return response.json<SignInStart>();
}

/** The browser comes back from Microsoft. */
export const callback = (parameters: URLSearchParams | string, jar = new CookieJar()) =>
  front(`/callback?${parameters.toString()}`, { headers: jar.header });

/** Where the browser is sent, with the parameters it brings. */
export const landing = (response: Response) => new URL(response.headers.get("location") ?? "");
