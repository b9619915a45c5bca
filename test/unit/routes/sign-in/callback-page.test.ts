import { describe, expect, it } from "vitest";
import { conflict, failure, type Failure } from "../../../../src/contract/errors.ts";
import type { RepeatedStage } from "../../../../src/contract/connection-rpc.ts";
import { administratorPage, refusedPage } from "../../../../src/routes/sign-in/callback-page.ts";
import { pageResponse } from "../../../../src/front/pages.ts";

const since = "2026-11-28T00:00:00.000Z";
const remedied = (action: "admin_consent" | "contact_admin", url?: string): Failure =>
  failure("action_required", "An administrator must act.", {
    remedy: {
      action,
      message: "An administrator must act.",
      since,
      ...(url !== undefined && { admin_consent_url: url }),
    },
  });

describe("the page of a sign-in that came to nothing", () => {
  it.each<[string, Failure, number, RegExp, RegExp]>([
    ["declined", failure("forbidden", "Not given."), 400, /Nothing was changed/, /administrator/],
    [
      "of another account",
      conflict("different_account", "Another."),
      409,
      /Nothing was changed/,
      /administrator/,
    ],
    [
      "that needs approval",
      remedied("admin_consent"),
      400,
      /Give this address to an administrator/,
      /close this page/,
    ],
    [
      "that needs an assignment",
      remedied("contact_admin"),
      400,
      /once your administrator/,
      /this address/,
    ],
    [
      "of an application at fault",
      failure("app_misconfigured", "Its secret."),
      503,
      /does not help/,
      /try again/,
    ],
    [
      "while Microsoft is away",
      failure("upstream_unavailable", "Away."),
      503,
      /in a few minutes/,
      /does not help/,
    ],
    [
      "that fails here",
      failure("internal_error", "Wrong."),
      500,
      /if the account is not connected/,
      /Nothing was changed/,
    ],
  ])("%s says what is true and what to do", (_, error, status, said, unsaid) => {
    const page = refusedPage(error, "request-1");
    const text = page.text.join(" ");
    expect([page.status, page.tone, page.requestId]).toEqual([status, "bad", "request-1"]);
    expect(text).toContain(error.message);
    expect(text).toMatch(said);
    expect(text).not.toMatch(unsaid);
    // An account that was connected before stays so, whatever this sign-in came to.
    expect(page.title).not.toMatch(/not connected/i);
  });

  it("shows the address for the administrator, escaped", async () => {
    const page = refusedPage(remedied("admin_consent", 'https://a.example/?x=1&y="><b>'), "r");
    const html = await (await pageResponse(page)).text();
    expect(html).toContain('href="https://a.example/?x=1&amp;y=&quot;&gt;&lt;b&gt;"');
  });
});

describe("the page of a callback that came again", () => {
  it.each<[RepeatedStage, string, string]>([
    ["finished", "It is finished already.", "This sign-in is finished"],
    ["awaits_confirmation", "It is finished already; confirm it.", "This sign-in is finished"],
    ["under_way", "It is being completed.", "This sign-in goes on elsewhere"],
  ])("to a sign-in that is %s tells no failure", (reason, message, title) => {
    const error = failure("invalid_request", message, { details: { field: "state", reason } });
    const page = refusedPage(error, "r");
    expect([page.status, page.tone, page.title]).toEqual([200, "neutral", title]);
    expect(page.text).toContain(message);
    expect(page.text.join(" ")).not.toMatch(/Nothing was changed|try again/);
  });
});

it("claims nothing to an administrator of whom nothing is known", () => {
  expect(administratorPage.tone).toBe("neutral");
  expect(administratorPage.text.join(" ")).not.toMatch(/changed|granted|refused/);
});
