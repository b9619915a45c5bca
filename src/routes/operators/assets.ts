import { AzureError } from "../../contract/errors.ts";
import { notFound } from "../../front/failures.ts";
import type { Middleware } from "../../front/context.ts";
import { withConfig } from "../../front/context.ts";
import { named } from "../../front/register.ts";
import type { Router } from "../../front/router.ts";
import { missingBinding } from "../../platform/bindings.ts";

const page = "/console";

/** Exactly this: no script, style, frame or form of anybody else's, and no text that becomes a script. */
export const consolePolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'";

/** Where there is no console, nothing under its address answers, by no method. */
export const consoleOnly: Middleware = async (c, next) =>
  withConfig(c, async () => {
    if (c.get("config").console === undefined) c.res = notFound(c);
    else await next();
  });

/** The console's page and what it loads. Every address below is the page, which reads the address itself. */
export function consoleAssets({ app }: Router): void {
  const below = `${page}/*`;
  app.on("GET", [page, below], named(below), async (c) => {
    // The types know what wrangler.jsonc says; a deployment may say less.
    const assets = c.env.ASSETS as Fetcher | undefined;
    if (assets === undefined) throw new AzureError(missingBinding("ASSETS"));
    const [, name = "index.html"] = /^\/console\/(\w+\.(?:js|css|svg))$/.exec(c.req.path) ?? [];
    const found = await assets.fetch(new Request(new URL(`${page}/${name}`, c.req.url), c.req.raw));
    if (found.status === 404) return notFound(c);
    const response = new Response(found.body, found);
    for (const [header, value] of consoleHeaders) response.headers.set(header, value);
    return response;
  });
}

const consoleHeaders = Object.entries({
  "content-security-policy": consolePolicy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "cache-control": "no-cache",
});
