import type { Middleware } from "./context.ts";
import { pageResponse } from "./pages.ts";

/** Headers that mark a speculative request: the standard one, then those of older browsers. */
const purposeHeaders = ["sec-purpose", "purpose", "x-purpose", "x-moz"] as const;
const speculative: ReadonlySet<string> = new Set(["prefetch", "prerender", "preview"]);

/** Whether a browser fetches ahead of a navigation that may never come (Fetch: `Sec-Purpose`). */
export const isSpeculative = (headers: Headers): boolean =>
  purposeHeaders.some((name) =>
    (headers.get(name) ?? "")
      .toLowerCase()
      .split(/[;,\s]+/)
      .some((word) => speculative.has(word)),
  );

/**
 * Guards a GET that changes something. Link scanners send HEAD, and browsers prefetch: both get an
 * answer, and nothing is done. A browser shows a prefetched page later only if its status was 2xx; so
 * the answer is 403, which no cache keeps by itself, and the navigation sends its own request.
 */
export const navigationOnly: Middleware = async (c, next) => {
  if (c.req.method === "HEAD") {
    return new Response(null, {
      headers: { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" },
    });
  }
  if (isSpeculative(c.req.raw.headers)) return pageResponse(aheadPage);
  await next();
};

const aheadPage = {
  status: 403,
  title: "Nothing was done yet",
  tone: "neutral" as const,
  text: ["A browser fetched this page before anybody opened it.", "Open it to go on."],
};
