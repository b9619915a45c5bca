import { accountLinkPath, readAccountLink } from "../../connection/grant/account-link.ts";
import { accountLinkStub } from "../../connection/stub.ts";
import type { Failure } from "../../contract/errors.ts";
import type { Context } from "../../front/context.ts";
import { notFound } from "../../front/failures.ts";
import { isOwnForm } from "../../front/own-form.ts";
import { pageResponse } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import { callersNetwork } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { connectPage, expiredPage } from "./account-link-page.ts";
import { boundRedirect } from "./binding-cookie.ts";
import { elsewherePage, notStartedPage } from "./link-pages.ts";
import { linkRefusals, linkRoute, openLink, page, pressedAnswers } from "./link-route.ts";

const shared = { ...linkRoute, path: accountLinkPath, tag: "mcp" } as const;
const refusals = linkRefusals("No account connects itself here.");

const accountLinks = {
  read: readAccountLink,
  expired: expiredPage,
  refused: (c: Context, error: Failure) => notStartedPage(error, c.get("requestId")),
};

/** Account links: where the user of an MCP client, who is an account, connects it without the host. */
export function accountLinkRoutes(router: Router): void {
  register(
    router,
    {
      ...shared,
      method: "GET",
      summary: "Where the account of an MCP client's user connects itself",
      answers: { 200: { description: "A page with a button.", content: page }, ...refusals },
    },
    (c, { query: { link = "" } }) =>
      whereStandalone(c, async () => {
        const opened = await openLink(c, link, accountLinks);
        const { origin } = new URL(c.get("config").cloud.authorityHost);
        return pageResponse(opened.ok ? connectPage(origin) : opened.error);
      }),
  );

  register(
    router,
    {
      ...shared,
      method: "POST",
      summary: "Start the sign-in of an account link",
      answers: pressedAnswers(refusals),
    },
    (c, { query: { link = "" } }) =>
      whereStandalone(c, async () => {
        // Before the link is looked at: another site must not make a browser begin anything.
        if (!isOwnForm(c)) return pageResponse(elsewherePage);
        const opened = await openLink(c, link, accountLinks);
        if (!opened.ok) return pageResponse(opened.error);
        const connection = await accountLinkStub(c.env, opened.value);
        const started = await connection.beginAccountLink({ link, from: callersNetwork(c) });
        return started.ok
          ? boundRedirect(started.value)
          : pageResponse(accountLinks.refused(c, started.error));
      }),
  );
}

/** Elsewhere the host alone knows who its user is, and there are no such links. */
const whereStandalone = (c: Context, work: () => Promise<Response>): Response | Promise<Response> =>
  c.get("config").mcpSignIn?.kind === "standalone" ? work() : notFound(c);
