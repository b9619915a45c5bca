import type { Context } from "./context.ts";

/**
 * Whether a form was sent by the page itself. The page has no referrer, for which browsers send `Origin:
 * null`: `Sec-Fetch-Site` says it, which every browser since 2023 sends. What sends neither header is no
 * browser of today.
 */
export function isOwnForm(c: Context): boolean {
  const site = c.req.header("sec-fetch-site");
  if (site !== undefined) return site === "same-origin" || site === "none";
  return c.req.header("origin") === c.get("config").publicOrigin;
}
