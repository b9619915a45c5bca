import { html, raw } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { CLIENT_NAME } from "../constants.ts";
import type { SandboxUser } from "../world.ts";
import type { EntraErrorBody } from "./entra-error.ts";

type Page = HtmlEscapedString | Promise<HtmlEscapedString>;

const CLIENT_PAGE_TITLE = "Microsoft Entra ID";

const style = raw(`
  body { font: 1rem/1.5 system-ui, sans-serif; margin: 3rem auto; max-width: 28rem; padding: 0 1rem }
  form { display: grid; gap: .75rem }
  button { font: inherit; padding: .75rem 1rem; text-align: start; border: 1px solid #767676; background: #fff; color: #111 }
  button:hover { background: #eef3fb }
  .primary { background: #0f5fb8; border-color: #0f5fb8; color: #fff }
  .primary:hover { background: #0b4a90 }
  small { display: block; color: #555 }
  footer { margin-top: 2rem; color: #555; font-size: .875rem }
  pre { white-space: pre-wrap }
`);

function page(title: string, content: Page): Page {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${style}
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${content}
        </main>
        <footer>A local stand-in for Microsoft Entra ID. No password is asked.</footer>
      </body>
    </html>`;
}

/** The request goes round with the form, less what the page itself asks. */
function hidden(query: URLSearchParams, ...asked: string[]): Page[] {
  return [...query]
    .filter(([name]) => !asked.includes(name))
    .map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}" />`);
}

/** Pick an account: one button each, the suggested one first. */
export function accountPage(
  query: URLSearchParams,
  accounts: readonly SandboxUser[],
  suggested: SandboxUser | undefined,
): Page {
  const order = [...accounts].sort((a, b) => Number(b === suggested) - Number(a === suggested));
  return page(
    "Pick an account",
    html`<form method="get">
      ${hidden(query, "sandbox_account", "sandbox_decision")}
      ${order.map(
        (user) =>
          html`<button
            name="sandbox_account"
            value="${user.upn}"
            class="${user === suggested ? "primary" : ""}"
          >
            ${user.name} (${user.upn})
          </button>`,
      )}
    </form>`,
  );
}

/** Permissions requested: what the app asks for, Accept and Cancel. */
export function consentPage(
  query: URLSearchParams,
  user: SandboxUser,
  permissions: readonly string[],
  heading = "Permissions requested",
): Page {
  return page(
    heading,
    html`<p>${user.upn}</p>
      <p>${CLIENT_NAME} would like to:</p>
      <ul>
        ${permissions.map((permission) => html`<li>${permission}</li>`)}
      </ul>
      <form method="get">
        ${hidden(query, "sandbox_account", "sandbox_decision")}
        <input type="hidden" name="sandbox_account" value="${user.upn}" />
        <button name="sandbox_decision" value="approve" class="primary">Accept</button>
        <button name="sandbox_decision" value="deny">Cancel</button>
      </form>`,
  );
}

/** Need admin approval: the user may go back without consent. */
export function adminApprovalPage(
  query: URLSearchParams,
  user: SandboxUser,
  permissions: readonly string[],
): Page {
  return page(
    "Need admin approval",
    html`<p>${user.upn}</p>
      <p>${CLIENT_NAME} needs permissions that only an administrator can grant:</p>
      <ul>
        ${permissions.map((permission) => html`<li>${permission}</li>`)}
      </ul>
      <form method="get">
        ${hidden(query, "sandbox_account", "sandbox_decision")}
        <input type="hidden" name="sandbox_account" value="${user.upn}" />
        <button name="sandbox_decision" value="deny">
          Return to the application without granting consent
        </button>
      </form>`,
  );
}

export function errorPage(body: EntraErrorBody): Page {
  return page(
    "Sorry, but we're having trouble signing you in.",
    html`<pre>${body.error_description}</pre>`,
  );
}

/** Enter code: what the device shows. */
export function deviceCodePage(problem?: string): Page {
  return page(
    "Enter code to allow access",
    html`<p>Enter the code that is shown by the application on your device.</p>
      ${problem === undefined ? "" : html`<p role="alert">${problem}</p>`}
      <form method="get">
        <label for="otc">Code</label>
        <input id="otc" name="otc" autocomplete="off" required />
        <button class="primary">Next</button>
      </form>`,
  );
}

export function donePage(text: string): Page {
  return page(CLIENT_PAGE_TITLE, html`<p>${text}</p>`);
}

export function signedOutPage(): Page {
  return page("You signed out of your account", html`<p>You can close this window.</p>`);
}

/** response_mode=form_post: the browser posts the answer on. */
export function formPostPage(action: string, fields: URLSearchParams): Page {
  return page(
    "Working...",
    html`<form method="post" action="${action}">
        ${hidden(fields)}
        <noscript><button class="primary">Continue</button></noscript>
      </form>
      <script>
        document.forms[0].submit();
      </script>`,
  );
}
