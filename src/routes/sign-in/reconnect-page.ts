import type { ReconnectRequest } from "../../contract/connection-rpc.ts";
import { errorStatuses, type Failure } from "../../contract/errors.ts";
import type { HtmlPage } from "../../front/pages.ts";

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

export const unknownLinkPage: HtmlPage = {
  status: 400,
  title: "This link cannot be used",
  tone: "bad",
  text: [
    "It was not made here, or it was altered on its way.",
    "Copy it once more, in full, from where you found it.",
  ],
};

export const expiredLinkPage: HtmlPage = {
  status: 400,
  title: "This link is too old",
  tone: "bad",
  text: ["Such a link is good for 30 days.", "Ask for a new one where you found it."],
};

/** Another site's form, or a browser that does not say whose form it was. */
export const elsewherePage: HtmlPage = {
  status: 403,
  title: "Nothing was begun",
  tone: "bad",
  text: [
    "This sign-in was not started by its own page.",
    "Open the link itself, and press the button there.",
  ],
};

interface Circumstances {
  requestId: string;
  connectPageUrl: string | undefined;
}

/** A link that is ours, and that nothing came of. It names nobody. */
export function notReconnectedPage(
  error: Failure,
  { requestId, connectPageUrl }: Circumstances,
): HtmlPage {
  if (error.details?.reason === "connected") return nothingToDoPage;
  if (error.code === "not_found") return notConnectedPage(connectPageUrl);
  return {
    status: errorStatuses[error.code],
    title: "The sign-in was not started",
    tone: "bad",
    text: [error.message, "Nothing was changed. Open the link again later."],
    requestId: error.request_id ?? requestId,
  };
}

/** The account of a link works by now. */
export const nothingToDoPage: HtmlPage = {
  status: 200,
  title: "Nothing has to be done",
  tone: "good",
  text: ["The account of this link is connected, and works.", "You can close this page."],
};

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
