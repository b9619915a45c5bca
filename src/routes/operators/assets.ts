import { AzureError } from "../../contract/errors.ts";
import { notFound } from "../../front/failures.ts";
import type { Context, Middleware } from "../../front/context.ts";
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
  app.get(page, named(page), (c) => asset(c, "index.html"));
  app.get(`${page}/*`, named(`${page}/*`), (c) => {
    const name = c.req.path.slice(page.length + 1);
    return asset(c, /^\w+\.(?:js|css|svg)$/.test(name) ? name : "index.html");
  });
}

/** A file that the deployment brought along. */
async function asset(c: Context, name: string): Promise<Response> {
  // The types know what wrangler.jsonc says; a deployment may say less.
  const assets = c.env.ASSETS as Fetcher | undefined;
  if (assets === undefined) throw new AzureError(missingBinding("ASSETS"));
  const headers = new Headers();
  const known = c.req.header("if-none-match");
  if (known !== undefined) headers.set("if-none-match", known);
  const url = new URL(`${page}/${name}`, c.req.url);
  const found = await assets.fetch(new Request(url, { method: c.req.method, headers }));
  if (found.status === 404) return notFound(c);
  const response = new Response(found.body, found);
  for (const [header, value] of Object.entries(consoleHeaders)) response.headers.set(header, value);
  return response;
}

const consoleHeaders: Readonly<Record<string, string>> = {
  "content-security-policy": consolePolicy,
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-frame-options": "DENY",
  "x-robots-tag": "noindex",
  "cache-control": "no-cache",
};
