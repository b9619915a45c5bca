import type { Scope } from "../../contract/scope.ts";
import type { HtmlPage } from "../../front/pages.ts";
import { oauthPaths } from "../../oauth/authorization-server.ts";
import type { ClientDescription } from "../../oauth/client-description.ts";
import { isOptional, scopeInWords } from "../../oauth/mcp-scopes.ts";

/** What a person reads whom an MCP client has sent here. Names of clients come from the clients. */

/** What is asked, and what the answer needs. */
export interface ConsentAsked {
  client: ClientDescription;
  scopes: readonly Scope[];
  /** Absent: the host says afterwards who it is. */
  account?: string;
  handle: string;
  /** Origins that the browser goes on to. */
  leadsTo: readonly string[];
}

export const consentPage = ({
  client,
  scopes,
  account,
  handle,
  leadsTo,
}: ConsentAsked): HtmlPage => ({
  status: 200,
  title: `Let “${client.name}” act for you?`,
  tone: "neutral",
  text: [
    account === undefined
      ? "It asks to work with your Microsoft account. You sign in to your application next."
      : `It asks to work with the Microsoft account ${account}.`,
    client.domain === undefined
      ? "It has named itself so: nobody has checked that name."
      : `It is published by ${client.domain}.`,
    client.isLocal
      ? `You will be sent back to a program on this computer (${client.redirectHost}). Go on only if you have just started signing in from it.`
      : `You will be sent back to ${client.redirectHost}.`,
    ...scopes
      .filter((scope) => !isOptional(scope))
      .map((scope) => `It may ${scopeInWords(scope)}.`),
    "It never gets your password, or a token of Microsoft's. You can take this back at any time.",
  ],
  form: {
    // The page of an account is shown where Microsoft sends the browser.
    action: oauthPaths.authorize,
    hidden: { handle },
    choices: scopes.filter(isOptional).map((scope) => ({
      name: "scope",
      value: scope,
      text: `It may also ${scopeInWords(scope)}.`,
    })),
    buttons: [
      { label: "Allow", name: "decision", value: "allow" },
      { label: "Deny", name: "decision", value: "deny", secondary: true },
    ],
    leadsTo,
  },
});

/**
 * A request that cannot be served. Anybody can register a client and make such a link, so the browser is
 * sent nowhere by it: a person may follow the address that is shown.
 *
 * @param back where the client would be told
 */
export const refusedRequestPage = (
  description: string,
  { back, requestId }: { back?: string | undefined; requestId: string },
): HtmlPage => ({
  status: 400,
  title: "This application cannot be let in",
  tone: "bad",
  text: [
    `${description.replace(/[.\s]+$/, "")}.`,
    "Nothing was changed. Start again from the application that sent you here.",
  ],
  links: back === undefined ? [] : [{ href: back, text: `Back to ${new URL(back).host}` }],
  requestId,
});

export const throttledPage = (requestId: string): HtmlPage => ({
  status: 429,
  title: "Too many requests",
  tone: "bad",
  text: [
    "More requests came from your network than this service allows.",
    "Try again in a minute.",
  ],
  requestId,
});

/** Another site's form, or a browser that does not say whose form it was. */
export const elsewherePage: HtmlPage = {
  status: 403,
  title: "Nothing was allowed",
  tone: "bad",
  text: [
    "This answer did not come from the page that asked.",
    "Start again from the application that sent you here.",
  ],
};
