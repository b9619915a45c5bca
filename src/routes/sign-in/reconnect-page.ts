import type { ReconnectRequest } from "../../contract/connection-rpc.ts";
import type { Failure } from "../../contract/errors.ts";
import type { HtmlPage } from "../../front/pages.ts";
import { notStartedPage, oldLinkPage } from "./link-pages.ts";

/** What a person reads who opens a reconnect link. Whoever has the link may be anybody. */

/**
 * @param microsoft origin of the page that the button leads to
 */
export const askedPage = (
  { account, message, scopes }: ReconnectRequest,
  microsoft: string,
): HtmlPage => ({
  status: 200,
  title: "Sign in with Microsoft again",
  tone: "neutral",
  text: [
    account === null
      ? "An application asks you to sign in again with your Microsoft account."
      : `An application asks you to sign in again with the Microsoft account ${account}.`,
    message,
    ...(scopes.length > 0 ? [`Microsoft will ask you to allow: ${scopes.join(", ")}.`] : []),
    "Go on only if this is your account: the sign-in of another one changes nothing.",
  ],
  form: { buttons: [{ label: "Continue to Microsoft" }], leadsTo: [microsoft] },
});

export const expiredLinkPage = oldLinkPage([
  "Such a link is good for 30 days.",
  "Ask for a new one where you found it.",
]);

interface Circumstances {
  requestId: string;
  connectPageUrl: string | undefined;
}

/** A link that is ours, and that nothing came of. It names nobody. */
export function notReconnectedPage(
  error: Failure,
  { requestId, connectPageUrl }: Circumstances,
): HtmlPage {
  return error.code === "not_found"
    ? notConnectedPage(connectPageUrl)
    : notStartedPage(error, requestId);
}

const notConnectedPage = (connectPageUrl: string | undefined): HtmlPage => ({
  status: 404,
  title: "This account is not connected",
  tone: "bad",
  text: [
    "The link was made for an account that is no longer connected.",
    connectPageUrl === undefined
      ? "Connect an account from the application itself."
      : "Connect an account from the application itself:",
  ],
  ...(connectPageUrl !== undefined && { links: [{ href: connectPageUrl }] }),
});
