import { generateCookie } from "hono/cookie";

/**
 * `Set-Cookie` of a cookie for this host alone, which no script reads and no plain http carries.
 *
 * @param name begins with `__Host-`
 * @param value empty, with `maxAge` 0: takes it away
 */
export const hostCookie = (
  name: string,
  value: string,
  options: {
    /** `Lax` where another site's page sends the browser back, and the cookie has to come along. */
    sameSite: "Strict" | "Lax";
    /** Seconds. */
    maxAge: number;
  },
): string => generateCookie(name, value, { path: "/", secure: true, httpOnly: true, ...options });
