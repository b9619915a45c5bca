import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { addressOf } from "../mail/compose.ts";
import { ownersAt } from "../mail/delivery.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import { toSecond } from "../mail/mail-seed.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import type { Owner } from "../owner.ts";
import { badRequest } from "../query.ts";
import type { GraphState } from "../state.ts";
import { keepChanges, takeOut } from "./event-change.ts";
import { eventOf } from "./events.ts";
import type { Attendee, Occurrence, ResponseStatus } from "./event.ts";
import { removeEvent, tellOf } from "./invitations.ts";

const moment = z.object({ dateTime: z.string(), timeZone: z.string() });
const responseInput = z.strictObject({
  comment: z.string().nullish(),
  sendResponse: z.boolean().nullish(),
  proposedNewTime: z.object({ start: moment, end: moment }).nullish(),
});
const cancelInput = z.strictObject({ comment: z.string().nullish() });

const kinds = {
  accept: { response: "accepted", word: "Accepted" },
  tentativelyAccept: { response: "tentativelyAccepted", word: "Tentative" },
  decline: { response: "declined", word: "Declined" },
} as const;
type Kind = keyof typeof kinds;
const isKind = (name: string): name is Kind => Object.hasOwn(kinds, name);

/** Graph takes an answer without a body. */
async function readBody<Shape extends z.ZodType>(
  c: GraphContext,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const isEmpty = (await c.req.text()) === "";
  const parsed = parseBody(shape, isEmpty ? {} : await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, "microsoft.graph.event");
  return parsed.data;
}

/** Notes an attendee's answer in the organizer's event, if the organizer lives in the sandbox. */
function noteAnswer(
  state: GraphState,
  guest: Owner,
  { event, day }: Occurrence,
  answer: Pick<Attendee, "status" | "proposedNewTime">,
): void {
  const { emailAddress: own } = addressOf(guest);
  const organizer = event.organizer.emailAddress.address.toLowerCase();
  for (const owner of ownersAt(state, new Set([organizer]))) {
    const calendar = state.calendar(owner);
    const original = calendar.copyOf(event.uid);
    // An answer to one occurrence says nothing of the series.
    if (original === undefined || day !== undefined) continue;
    const attendees = original.attendees.map((one) =>
      one.emailAddress.address.toLowerCase() === own.address.toLowerCase()
        ? { ...one, ...answer }
        : one,
    );
    calendar.put({ ...original, attendees, revision: original.revision + 1 });
  }
}

async function respond(
  c: GraphContext,
  state: GraphState,
  owner: Owner,
  kind: Kind,
): Promise<Response> {
  const calendar = state.calendar(owner);
  const occurrence = eventOf(c, calendar);
  const { event } = occurrence;
  const { comment, sendResponse, proposedNewTime } = await readBody(c, responseInput);
  if (event.isOrganizer)
    throw badRequest(
      "Your request can't be completed. You can't respond to this meeting because you're the meeting organizer.",
      "ErrorInvalidRequest",
    );
  if (proposedNewTime && (kind === "accept" || !event.allowNewTimeProposals))
    throw badRequest("A new time cannot be proposed here.", "ErrorInvalidProposedNewTime");
  const now = state.world.now();
  const status: ResponseStatus = { response: kinds[kind].response, time: toSecond(now) };
  if (kind === "decline") takeOut(calendar, occurrence, now);
  else
    keepChanges(
      calendar,
      occurrence,
      { response: status, showAs: kind === "accept" ? "busy" : "tentative" },
      now,
    );
  if (sendResponse ?? true) {
    noteAnswer(state, owner, occurrence, { status, ...(proposedNewTime && { proposedNewTime }) });
    tellOf(state, owner, [event.organizer.emailAddress.address], {
      subject: `${kinds[kind].word}: ${event.subject}`,
      comment: comment ?? undefined,
    });
  }
  return empty(c, 202);
}

async function cancel(c: GraphContext, state: GraphState, owner: Owner): Promise<Response> {
  const calendar = state.calendar(owner);
  const occurrence = eventOf(c, calendar);
  const { comment } = await readBody(c, cancelInput);
  if (!occurrence.event.isOrganizer)
    throw badRequest(
      "Your request can't be completed. You need to be an organizer to cancel a meeting.",
      "ErrorInvalidRequest",
    );
  removeEvent(state, owner, occurrence, comment ?? undefined);
  return empty(c, 202);
}

/** accept, tentativelyAccept, decline and cancel of an event. */
export function responseRoutes(state: GraphState): GraphRoutes {
  const routes = new Hono<GraphEnvironment>().post(
    "/events/:event/cancel",
    inMailbox(state, (c, { owner }) => cancel(c, state, owner)),
  );
  for (const kind of Object.keys(kinds).filter(isKind))
    routes.post(
      `/events/:event/${kind}`,
      inMailbox(state, (c, { owner }) => respond(c, state, owner, kind)),
    );
  return routes;
}
