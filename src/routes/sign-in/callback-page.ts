import { repeatedStages, type RepeatedStage } from "../../contract/connection-rpc.ts";
import { errorStatuses, type Failure } from "../../contract/errors.ts";
import type { HtmlPage } from "../../front/pages.ts";

/** What a person reads at the end of a sign-in, for each way it can end. */

/** @param account the name of the account, as its user knows it */
export const connectedPage = (account: string | undefined): HtmlPage => ({
  status: 200,
  title: "You are connected",
  tone: "good",
  text: [
    account === undefined ? "The sign-in is complete." : `Connected as ${account}.`,
    "You can close this page.",
  ],
});

/** Anybody can open the callback like this, so the page claims nothing about the consent. */
export const administratorPage: HtmlPage = {
  status: 200,
  title: "Back from Microsoft",
  tone: "neutral",
  text: [
    "Microsoft sends administrators here after they were asked to approve an application.",
    "This page has nothing to do after that. You can close it.",
  ],
};

/** A callback whose state was not made here. */
export const unknownStatePage = (requestId: string): HtmlPage => ({
  status: 400,
  title: "This sign-in cannot be completed",
  tone: "bad",
  text: [
    "This address does not belong to a sign-in that was started here.",
    "Start again from where you came.",
  ],
  requestId,
});

/** A sign-in that failed, or a callback that was sent once more. */
export function refusedPage(error: Failure, requestId: string): HtmlPage {
  const stage = repeatedStages.find((one) => one === error.details?.reason);
  if (stage !== undefined) return repeatedPage(stage, error.message);
  const consentUrl = error.remedy?.admin_consent_url;
  return {
    status: refusedStatus(error),
    // Not "you are not connected": an account that was connected before stays connected.
    title: "The sign-in was not completed",
    tone: "bad",
    text: [error.message, adviceOf(error)],
    links: consentUrl === undefined ? [] : [{ href: consentUrl }],
    requestId: error.request_id ?? requestId,
  };
}

const repeatedPage = (stage: RepeatedStage, sentence: string): HtmlPage => ({
  status: 200,
  title: stage === "under_way" ? "This sign-in goes on elsewhere" : "This sign-in is finished",
  tone: "neutral",
  text: [sentence, whatNext[stage]],
});

const whatNext: Readonly<Record<RepeatedStage, string>> = {
  under_way: "If it does not end soon, start again from where you came.",
  awaits_confirmation: "Go back to that application.",
  finished: "There is nothing left to do here. You can close this page.",
};

/** 400 for what the browser brought; 409 and 5xx keep their own status. */
function refusedStatus({ code }: Failure): number {
  const status = errorStatuses[code];
  return code === "conflict" || status >= 500 ? status : 400;
}

function adviceOf({ code, remedy }: Failure): string {
  switch (remedy?.action) {
    case "admin_consent":
      return "Nothing was changed. Give this address to an administrator of your organization, and start again once they have approved:";
    case "contact_admin":
      return "Nothing was changed. Start again once your administrator has done that.";
    default:
      break;
  }
  switch (code) {
    case "internal_error":
      return "Go back to where you came from: if the account is not connected there, start again.";
    case "app_misconfigured":
      return "Nothing was changed. Starting again does not help until that is done.";
    case "upstream_unavailable":
    case "upstream_timeout":
    case "throttled":
      return "Nothing was changed. Start again in a few minutes.";
    default:
      return "Nothing was changed. You can close this page, or start again from where you came.";
  }
}
