import { readReconnectLink } from "../../connection/grant/reconnect-link.ts";
import { reconnectStub } from "../../connection/stub.ts";
import type { Failure } from "../../contract/errors.ts";
import type { Context } from "../../front/context.ts";
import { isOwnForm } from "../../front/own-form.ts";
import { pageResponse, type HtmlPage } from "../../front/pages.ts";
import { register } from "../../front/register.ts";
import { callersNetwork } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { boundRedirect } from "./binding-cookie.ts";
import { elsewherePage } from "./link-pages.ts";
import { linkRefusals, linkRoute, openLink, page, pressedAnswers } from "./link-route.ts";
import { askedPage, expiredLinkPage, notReconnectedPage } from "./reconnect-page.ts";

const shared = { ...linkRoute, path: "/reconnect", tag: "connections" } as const;
const refusals = linkRefusals("A page: the account of the link is not connected.");

const refused = (c: Context, error: Failure): HtmlPage =>
  notReconnectedPage(error, {
    requestId: c.get("requestId"),
    connectPageUrl: c.get("config").connectPageUrl,
  });

const reconnectLinks = { read: readReconnectLink, expired: expiredLinkPage, refused };

/** Reconnect links: the `connect_url` of a remedy, which its user opens in any browser. */
export function reconnectRoutes(router: Router): void {
  register(
    router,
    {
      ...shared,
      method: "GET",
      summary: "What a reconnect link asks of its user",
      answers: {
        200: {
          description: "A page with a button, or that nothing has to be done.",
          content: page,
        },
        ...refusals,
      },
    },
    async (c, { query: { link = "" } }) => {
      const opened = await openLink(c, link, reconnectLinks);
      if (!opened.ok) return pageResponse(opened.error);
      const stub = await reconnectStub(c.env, opened.value);
      const asked = await stub.reconnectRequest({ link });
      if (!asked.ok) return pageResponse(refused(c, asked.error));
      return pageResponse(
        askedPage(asked.value, new URL(c.get("config").cloud.authorityHost).origin),
      );
    },
  );

  register(
    router,
    {
      ...shared,
      method: "POST",
      summary: "Start the sign-in of a reconnect link",
      answers: pressedAnswers(refusals),
    },
    async (c, { query: { link = "" } }) => {
      // Before the link is looked at: another site must not make a browser begin anything.
      if (!isOwnForm(c)) return pageResponse(elsewherePage);
      const opened = await openLink(c, link, reconnectLinks);
      if (!opened.ok) return pageResponse(opened.error);
      const stub = await reconnectStub(c.env, opened.value);
      const started = await stub.beginReconnect({ link, from: callersNetwork(c) });
      return started.ok ? boundRedirect(started.value) : pageResponse(refused(c, started.error));
    },
  );
}
