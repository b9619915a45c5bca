import type { Event } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { createCalendarEvent, getCalendarEvents } from "../../api/calendar.ts";
import { textOf } from "../../api/fields.ts";
import { defined } from "../../contract/defined.ts";
import { textOf as textIn } from "../../http/json.ts";
import { mailboxZone } from "../../operations/mailbox-zone.ts";
import { flag, lean, listInput, listOf, listOutput, moment, texts, words } from "../fields.ts";
import { confirm, tool, type ToolOutput } from "../tool.ts";
import type { ToolCall } from "../tool-call.ts";
import { addressText, addressTexts } from "./mail-address.ts";

const shape = {
  id: words,
  subject: words,
  start: words,
  end: words,
  all_day: flag,
  location: words,
  organizer: words,
  attendees: texts,
  online_url: words,
  web_link: words,
} as const;
const fields =
  "id,subject,start,end,isAllDay,location,organizer,attendees,onlineMeeting,webLink,isCancelled";

/** `2026-11-30T09:00:00`: the zone is said once, beside all of them. */
const localTime = (time: { dateTime?: string } | null | undefined): string | undefined =>
  textIn(time?.dateTime)?.replace(/\.\d+$/, "");

const leanEvent = (event: Event): ToolOutput =>
  lean(shape, {
    id: event.id,
    subject: event.subject,
    start: localTime(event.start),
    end: localTime(event.end),
    all_day: event.isAllDay,
    location: event.location?.displayName || undefined,
    organizer: addressText(event.organizer),
    attendees: addressTexts(event.attendees),
    online_url: event.onlineMeeting?.joinUrl,
    web_link: event.webLink,
  });

const timeZone = textOf(64)
  .optional()
  .meta({ description: "Windows or IANA name; default the mailbox's." });

/** The zone that times are given in. */
const zoneOf = async (call: ToolCall, asked: string | undefined): Promise<string> =>
  asked ?? mailboxZone(await call.context());

const listEvents = tool({
  name: "calendar_list_events",
  toolset: "calendar",
  title: "List events",
  description: "What happens between two times; a series shows as its occurrences.",
  scope: getCalendarEvents.scope,
  openWorld: true,
  input: {
    start: moment.meta({ description: "RFC 3339, or a date: its midnight in UTC." }),
    end: moment,
    time_zone: timeZone,
    ...listInput,
  },
  output: listOutput(shape).extend({ time_zone: z.string() }),
  run: async (call, { time_zone: asked, cursor, ...query }) => {
    const zone = await zoneOf(call, asked);
    const page = await call.operation(getCalendarEvents, {
      ...query,
      timeZone: zone,
      orderBy: "start/dateTime",
      select: fields,
      ...defined({ cursor }),
    });
    return { ...listOf(page, leanEvent), time_zone: zone };
  },
});

const local = z.iso.datetime({
  local: true,
  offset: true,
  error: "must be an ISO 8601 time such as 2026-11-30T09:00:00",
});

const createEvent = tool({
  name: "calendar_create_event",
  toolset: "calendar",
  title: "Create an event",
  description: "With attendees, invitations go out at once; the person has to agree to that.",
  scope: createCalendarEvent.scope,
  destructive: true,
  openWorld: true,
  input: {
    subject: textOf(255),
    start: local.meta({
      description: "2026-11-30T09:00:00, in time_zone unless it has an offset.",
    }),
    end: local,
    time_zone: timeZone,
    attendees: z.array(z.email("must be an e-mail address")).max(100).optional(),
    location: textOf(255).optional(),
    body: textOf(50_000).optional().meta({ description: "Plain text." }),
    online_meeting: z.boolean().optional().meta({ description: "With a Teams link." }),
    confirm,
  },
  output: z.object({ ...shape, time_zone: z.string() }),
  confirms: ({ attendees = [], subject }) =>
    attendees.length === 0
      ? undefined
      : { question: `Create "${subject}" and invite ${attendees.join(", ")}?` },
  run: async (call, input) => {
    const zone = await zoneOf(call, input.time_zone);
    const event = await call.operation(createCalendarEvent, {
      timeZone: zone,
      event: {
        subject: input.subject,
        start: timeIn(zone, input.start),
        end: timeIn(zone, input.end),
        ...defined({
          attendees: input.attendees?.map((address) => ({
            emailAddress: { address },
            type: "required" as const,
          })),
          location: input.location === undefined ? undefined : { displayName: input.location },
          body:
            input.body === undefined
              ? undefined
              : { contentType: "text" as const, content: input.body },
          isOnlineMeeting: input.online_meeting,
        }),
      },
    });
    return { ...leanEvent(event), time_zone: zone };
  },
});

/** A time with an offset is a moment, whatever the zone. */
const timeIn = (zone: string, time: string) =>
  /(?:Z|[+-]\d{2}:?\d{2})$/.test(time)
    ? { dateTime: new Date(time).toISOString().replace("Z", ""), timeZone: "UTC" }
    : { dateTime: time, timeZone: zone };

export const calendarTools = [listEvents, createEvent];
