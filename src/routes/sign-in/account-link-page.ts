import type { HtmlPage } from "../../front/pages.ts";
import { oldLinkPage } from "./link-pages.ts";

/** What a person reads who opens an account link. Whoever has the link may be anybody: it names nobody. */

/** @param microsoft origin of the page that the button leads to */
export const connectPage = (microsoft: string): HtmlPage => ({
  status: 200,
  title: "Connect your Microsoft account",
  tone: "neutral",
  text: [
    "An application that acts for you has no access to your Microsoft account, or lost it.",
    "Go on only if you are using that application now, and it gave you this link.",
    "The link was made for one account: the sign-in of another one changes nothing.",
  ],
  form: { buttons: [{ label: "Continue to Microsoft" }], leadsTo: [microsoft] },
});

export const expiredPage = oldLinkPage([
  "Such a link is good for an hour.",
  "Ask the application for a new one.",
]);
