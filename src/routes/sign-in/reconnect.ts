import * as z from "zod";
import { readReconnectLink } from "../../connection/grant/reconnect-link.ts";
import { reconnectStub } from "../../connection/stub.ts";
import type { OpenedLink, ReconnectRpc } from "../../contract/connection-rpc.ts";
import { type Failure } from "../../contract/errors.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Context } from "../../front/context.ts";
import { isOwnForm } from "../../front/own-form.ts";
import { pageResponse, type HtmlPage } from "../../front/pages.ts";
import { register, type Route } from "../../front/register.ts";
import { callersNetwork, limitedByAddress } from "../../front/require.ts";
import type { Router } from "../../front/router.ts";
import { boundRedirect } from "./binding-cookie.ts";
import {
  askedPage,
  elsewherePage,
  expiredLinkPage,
  notReconnectedPage,
  unknownLinkPage,
} from "./reconnect-page.ts";

const path = "/reconnect";
const page = { "text/html": z.string() };

const shared = {
  path,
  tag: "connections",
  // Whoever has the link: it names one connection, and its account alone can use it.
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
  404: { description: "A page: the account of the link is not connected.", content: page },
  429: { description: "A page: too many requests from this address.", content: page },
};

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
    async (c, { query: { link } }) => {
      const opened = await openLink(c, link);
      if (!opened.ok) return pageResponse(opened.error);
      const { stub, link: text } = opened.value;
      const asked = await stub.reconnectRequest({ link: text });
      if (!asked.ok) return pageResponse(refused(c, asked.error));
      return pageResponse(askedPage(asked.value, new URL(c.var.config.cloud.authorityHost).origin));
    },
  );

  register(
    router,
    {
      ...shared,
      method: "POST",
      summary: "Start the sign-in of a reconnect link",
      answers: {
        303: { description: "To Microsoft; the sign-in is bound to this browser by a cookie." },
        200: { description: "A page that nothing has to be done.", content: page },
        ...refusals,
        403: { description: "A page: the request came from another site.", content: page },
      },
    },
    async (c, { query: { link } }) => {
      // Before the link is looked at: another site must not make a browser begin anything.
      if (!isOwnForm(c)) return pageResponse(elsewherePage);
      const opened = await openLink(c, link);
      if (!opened.ok) return pageResponse(opened.error);
      const { stub, link: text } = opened.value;
      const started = await stub.beginReconnect({ link: text, from: callersNetwork(c) });
      return started.ok ? boundRedirect(started.value) : pageResponse(refused(c, started.error));
    },
  );
}

/** A link of ours, and who answers for it. */
interface Opened extends OpenedLink {
  stub: ReconnectRpc;
}

/** The connection of a link that was made here and is not old, or the page that says why not. */
async function openLink(c: Context, link = ""): Promise<Result<Opened, HtmlPage>> {
  const excess = await limitedByAddress(c);
  if (excess !== undefined) return err(refused(c, excess));
  // Before any actor is asked: a link that was not made here leads nowhere.
  const read = await readReconnectLink(c.var.config.sessionSecret, link, Date.now());
  if (!read.ok) return err(read.error === "expired" ? expiredLinkPage : unknownLinkPage);
  const { connectionId } = read.value;
  c.set("connectionId", connectionId);
  return ok({ link, stub: await reconnectStub(c.env, connectionId) });
}

const refused = (c: Context, error: Failure): HtmlPage =>
  notReconnectedPage(error, {
    requestId: c.var.requestId,
    connectPageUrl: c.var.config.connectPageUrl,
  });
