import * as z from "zod";
import { accountLinkPath, readAccountLink } from "../../connection/grant/account-link.ts";
import { accountLinkStub } from "../../connection/stub.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Context } from "../../front/context.ts";
import { notFound } from "../../front/failures.ts";
import { isOwnForm } from "../../front/own-form.ts";
import { pageResponse, type HtmlPage } from "../../front/pages.ts";
import { register, type Route } from "../../front/register.ts";
import { callersNetwork, limitedByAddress } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { connectPage, expiredPage, notStartedPage } from "./account-link-page.ts";
import { boundRedirect } from "./binding-cookie.ts";
import { elsewherePage, unknownLinkPage } from "./reconnect-page.ts";

const page = { "text/html": z.string() };

const shared = {
  path: accountLinkPath,
  tag: "mcp",
  // Whoever has the link: the one account that it was made for can use it.
  scope: "open",
  query: { link: z.string().optional() },
  // Mail programs and trackers add parameters of their own to a link.
  openQuery: true,
} as const satisfies Partial<Route<{ link: z.ZodType }>>;

const refusals = {
  400: {
    description: "A page that says that the link is old, or was not made here.",
    content: page,
  },
  404: { description: "No account connects itself here.", content: page },
  429: { description: "A page: too many requests from this address.", content: page },
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
    (c, { query: { link } }) =>
      whereStandalone(c, async () => {
        const opened = await openLink(c, link);
        const { origin } = new URL(c.var.config.cloud.authorityHost);
        return pageResponse(opened.ok ? connectPage(origin) : opened.error);
      }),
  );

  register(
    router,
    {
      ...shared,
      method: "POST",
      summary: "Start the sign-in of an account link",
      answers: {
        303: { description: "To Microsoft; the sign-in is bound to this browser by a cookie." },
        200: { description: "A page that nothing has to be done.", content: page },
        ...refusals,
        403: { description: "A page: the request came from another site.", content: page },
      },
    },
    (c, { query: { link = "" } }) =>
      whereStandalone(c, async () => {
        // Before the link is looked at: another site must not make a browser begin anything.
        if (!isOwnForm(c)) return pageResponse(elsewherePage);
        const opened = await openLink(c, link);
        if (!opened.ok) return pageResponse(opened.error);
        const connection = await accountLinkStub(c.env, opened.value);
        const started = await connection.beginAccountLink({ link, from: callersNetwork(c) });
        return started.ok
          ? boundRedirect(started.value)
          : pageResponse(notStartedPage(started.error, c.var.requestId));
      }),
  );
}

/** Elsewhere the host alone knows who its user is, and there are no such links. */
const whereStandalone = (c: Context, work: () => Promise<Response>): Response | Promise<Response> =>
  c.var.config.mcpSignIn?.kind === "standalone" ? work() : notFound(c);

/** The id of the connection of a link that was made here and is not old, or the page that says why not. */
async function openLink(c: Context, link = ""): Promise<Result<string, HtmlPage>> {
  const excess = await limitedByAddress(c);
  if (excess !== undefined) return err(notStartedPage(excess, c.var.requestId));
  // Before any actor is asked: a link that was not made here leads nowhere.
  const read = await readAccountLink(c.var.config.sessionSecret, link, Date.now());
  if (!read.ok) return err(read.error === "expired" ? expiredPage : unknownLinkPage);
  const { connectionId } = read.value;
  c.set("connectionId", connectionId);
  return ok(connectionId);
}
