import * as z from "zod";
import type { Failure } from "../../contract/errors.ts";
import { err, ok, type Result } from "../../contract/result.ts";
import type { Context } from "../../front/context.ts";
import type { HtmlPage } from "../../front/pages.ts";
import type { Route } from "../../front/register.ts";
import { limitedByAddress } from "../../front/require.ts";
import type { SessionSecret } from "../../platform/keys.ts";
import { unknownLinkPage } from "./link-pages.ts";

/** What the routes of links have in common that begin a sign-in by a button, for whoever has the link. */

/** A page, in the description of a route. */
export const page = { "text/html": z.string() };

export const linkRoute = {
  // Whoever has the link: the account that it was made for can use it, and no other.
  scope: "open",
  query: { link: z.string().optional() },
  // Mail programs and trackers add parameters of their own to a link.
  openQuery: true,
} as const satisfies Partial<Route<{ link: z.ZodType }>>;

/** @param notFound when there is none */
export const linkRefusals = (notFound: string) => ({
  400: {
    description: "A page that says that the link is old, or was not made here.",
    content: page,
  },
  404: { description: notFound, content: page },
  429: { description: "A page: too many requests from this address.", content: page },
});

/** Answers to the button. */
export const pressedAnswers = (refusals: ReturnType<typeof linkRefusals>) => ({
  303: { description: "To Microsoft; the sign-in is bound to this browser by a cookie." },
  200: { description: "A page that nothing has to be done.", content: page },
  ...refusals,
  403: { description: "A page: the request came from another site.", content: page },
});

/** A kind of link. */
interface LinkKind {
  read(
    sessionSecret: SessionSecret,
    link: string,
    now: number,
  ): Promise<Result<{ connectionId: string }, "unknown" | "expired">>;
  expired: HtmlPage;
  refused(c: Context, error: Failure): HtmlPage;
}

/** The id of the connection of a link that was made here and is not old, or the page that says why not. */
export async function openLink(
  c: Context,
  link: string,
  { read, expired, refused }: LinkKind,
): Promise<Result<string, HtmlPage>> {
  const excess = await limitedByAddress(c);
  if (excess !== undefined) return err(refused(c, excess));
  // Before any actor is asked: a link that was not made here leads nowhere.
  const opened = await read(c.get("config").sessionSecret, link, Date.now());
  if (!opened.ok) return err(opened.error === "expired" ? expired : unknownLinkPage);
  const { connectionId } = opened.value;
  c.set("connectionId", connectionId);
  return ok(connectionId);
}
