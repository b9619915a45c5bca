import { html } from "hono/html";
import { randomToken } from "../platform/keys.ts";

/** Where a page leads. */
export interface PageLink {
  href: string;
  /** Default: the address, so that it can be sent to somebody else. */
  text?: string;
}

/** A page for a person: what this Worker is, a step of a sign-in, or how it ended. */
export interface HtmlPage {
  status: number;
  title: string;
  /** Sentences; they are escaped. */
  text: readonly string[];
  tone: "good" | "bad" | "neutral";
  links?: readonly PageLink[] | undefined;
  form?: PageForm | undefined;
  /** For a person to quote when they ask for help. */
  requestId?: string;
}

/** What a person sends by POST. */
export interface PageForm {
  /** Default: the page's own address. */
  action?: string;
  /** Sent as they are. */
  hidden?: Readonly<Record<string, string>>;
  /** Boxes, all of them ticked, of which a person may untick some. */
  choices?: readonly { name: string; value: string; text: string }[];
  buttons: readonly { label: string; name?: string; value?: string; secondary?: true }[];
  /** Origins of pages that it leads to: browsers hold a form to those that its page names. */
  leadsTo: readonly string[];
}

const style = `
:root { color-scheme: light dark; font: 1.05rem/1.6 system-ui, sans-serif; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; }
main { max-width: 34rem; padding: 2rem; border-inline-start: .3rem solid var(--tone); }
h1 { margin: 0 0 .6rem; font-size: 1.5rem; line-height: 1.25; }
p { margin: .4rem 0; overflow-wrap: anywhere; }
button { margin-block: .8rem; padding: .6rem 1.2rem; border: 0; border-radius: .3rem; font: inherit; color: #fff; background: #0f6cbd; cursor: pointer; }
button:focus-visible { outline: .2rem solid currentcolor; outline-offset: .2rem; }
button.secondary { color: inherit; background: none; box-shadow: inset 0 0 0 .1rem currentcolor; }
button + button { margin-inline-start: .6rem; }
label { display: block; margin: .4rem 0; }
small { opacity: .75; }
.good { --tone: #107c10; } .bad { --tone: #c50f1f; } .neutral { --tone: #8a8886; }
`;

/** The page as an answer: without scripts, without anything from another origin, without a referrer. */
export async function pageResponse(page: HtmlPage): Promise<Response> {
  const nonce = randomToken(16);
  const body = await html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${page.title}</title>
        <style nonce="${nonce}">
          ${style}
        </style>
      </head>
      <body>
        <main class="${page.tone}">
          <h1>${page.title}</h1>
          ${page.text.map((sentence) => html`<p>${sentence}</p>`)}
          ${page.links?.map(({ href, text }) => html`<p><a href="${href}">${text ?? href}</a></p>`)}
          ${page.form === undefined ? "" : formOf(page.form)}
          ${page.requestId === undefined ? "" : html`<p><small>Reference: ${page.requestId}</small></p>`}
        </main>
      </body>
    </html>`;
  return new Response(String(body), {
    status: page.status,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": `default-src 'none'; style-src 'nonce-${nonce}'; base-uri 'none'; form-action ${formTargets(page)}; frame-ancestors 'none'`,
      "referrer-policy": "no-referrer",
      "x-robots-tag": "noindex",
      "cache-control": "no-store",
    },
  });
}

const formOf = ({ action, hidden = {}, choices = [], buttons }: PageForm) =>
  html`<form method="post" ${attribute("action", action)}>
    ${Object.entries(hidden).map(
      ([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`,
    )}${choices.map(
      ({ name, value, text }) =>
        html`<label
          ><input type="checkbox" name="${name}" value="${value}" checked /> ${text}</label
        >`,
    )}${buttons.map(
      ({ label, name, value, secondary }) =>
        html`<button
          type="submit"
          ${attribute("class", secondary && "secondary")}${attribute("name", name)}${attribute("value", value)}
        >
          ${label}
        </button>`,
    )}
  </form>`;

const attribute = (name: "action" | "class" | "name" | "value", value: string | undefined) =>
  value === undefined ? "" : html` ${name}="${value}"`;

/** Of Microsoft's page people are sent on, to pages of their organization: of any https origin. */
const formTargets = ({ form }: HtmlPage): string =>
  form === undefined ? "'none'" : ["'self'", "https:", ...form.leadsTo.map(asSource)].join(" ");

/**
 * An origin as the policy can name it (CSP 3 §2.3.1): it has no words for an IPv6 address, and what a host
 * may hold besides letters, such as a semicolon, would end the directive.
 */
const asSource = (origin: string): string =>
  /^https?:\/\/[\w.-]+(?::\d+)?$/.test(origin) ? origin : `${origin.split(":", 1)[0]}:`;

/** A redirect without a referrer and uncached: the URL it comes from holds a code. */
export const redirectResponse = (location: string, status: 302 | 303 = 302): Response =>
  new Response(null, {
    status,
    headers: { location, "referrer-policy": "no-referrer", "cache-control": "no-store" },
  });
