import { errorStatuses, type Failure } from "../../contract/errors.ts";
import type { HtmlPage } from "../../front/pages.ts";

/** What a person reads who opens any link of ours that begins a sign-in. Whoever has it may be anybody. */

export const unknownLinkPage: HtmlPage = {
  status: 400,
  title: "This link cannot be used",
  tone: "bad",
  text: [
    "It was not made here, or it was altered on its way.",
    "Copy it once more, in full, from where you found it.",
  ],
};

/** @param text how long such a link is good for, and where another one comes from */
export const oldLinkPage = (text: string[]): HtmlPage => ({
  status: 400,
  title: "This link is too old",
  tone: "bad",
  text,
});

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

/** The account of a link works by now. */
const nothingToDoPage: HtmlPage = {
  status: 200,
  title: "Nothing has to be done",
  tone: "good",
  text: ["The account of this link is connected, and works.", "You can close this page."],
};

/** A link that is ours, and that nothing came of. It names nobody. */
export function notStartedPage(error: Failure, requestId: string): HtmlPage {
  if (error.details?.reason === "connected") return nothingToDoPage;
  return {
    status: errorStatuses[error.code],
    title: "The sign-in was not started",
    tone: "bad",
    text: [error.message, "Nothing was changed. Open the link again later."],
    requestId: error.request_id ?? requestId,
  };
}
