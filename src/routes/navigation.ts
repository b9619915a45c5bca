import type { Middleware } from "../context.ts";
import { pageResponse } from "./pages.ts";

/** Where browsers say that nobody asked for the page yet; the later ones are of older browsers. */
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
 * Guards a GET that changes something. Scanners of links send HEAD, and browsers fetch ahead: both are
 * answered, and nothing is done. A browser uses a page that it fetched ahead only if that was a success;
 * so it is refused, with a status that no cache keeps unasked, and the navigation asks anew.
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
  text: [
    "A browser or a scanner fetched this page before anybody opened it.",
    "Open it, and it goes on.",
  ],
};
