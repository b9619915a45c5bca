import * as z from "zod";
import { defined } from "../../../../src/contract/defined.ts";
import * as fields from "../body-fields.ts";
import { recurrenceInput } from "../calendar/recurrence.ts";
import { changeKeyOf } from "../mail/message-view.ts";
import { itemId } from "../mail/outlook-id.ts";
import { dateTimeTimeZone, itemBody } from "../odata/complex-types.ts";
import type { EntitySchema } from "../odata/schema.ts";

const moment = fields.dateTimeTimeZone.nullish();
export const taskStatuses = [
  "notStarted",
  "inProgress",
  "completed",
  "waitingOnOthers",
  "deferred",
] as const;

/** What a client may say of a task. */
export const taskInput = z.strictObject({
  "@odata.type": z.string().optional(),
  title: z.string(),
  body: z
    .object({
      contentType: fields.orElse(fields.lowered("text", "html"), "text"),
      content: fields.orElse(z.string(), ""),
    })
    .optional(),
  importance: fields.lowered("low", "normal", "high").optional(),
  status: z.enum(taskStatuses).optional(),
  categories: z.array(z.string()).optional(),
  isReminderOn: z.boolean().optional(),
  dueDateTime: moment,
  startDateTime: moment,
  reminderDateTime: moment,
  completedDateTime: moment,
  recurrence: recurrenceInput.nullish(),
});
export const taskChange = taskInput.partial();
type TaskInput = z.infer<typeof taskChange>;

/** A task as its list keeps it. Times are ISO 8601, UTC. */
export interface StoredTask {
  key: string;
  revision: number;
  createdDateTime: string;
  lastModifiedDateTime: string;
  bodyLastModifiedDateTime: string;
  title: string;
  body: { contentType: "text" | "html"; content: string };
  importance: "low" | "normal" | "high";
  status: (typeof taskStatuses)[number];
  categories: string[];
  isReminderOn: boolean;
  dueDateTime: TaskInput["dueDateTime"];
  startDateTime: TaskInput["startDateTime"];
  reminderDateTime: TaskInput["reminderDateTime"];
  completedDateTime: TaskInput["completedDateTime"];
  recurrence: TaskInput["recurrence"];
}

export const taskSchema: EntitySchema = {
  name: "microsoft.graph.todoTask",
  properties: {
    id: "string",
    title: "string",
    ...itemBody("body"),
    importance: "string",
    status: "string",
    categories: "collection",
    hasAttachments: "boolean",
    isReminderOn: "boolean",
    createdDateTime: "dateTime",
    lastModifiedDateTime: "dateTime",
    bodyLastModifiedDateTime: "dateTime",
    ...dateTimeTimeZone("dueDateTime"),
    ...dateTimeTimeZone("startDateTime"),
    ...dateTimeTimeZone("reminderDateTime"),
    ...dateTimeTimeZone("completedDateTime"),
    recurrence: "complex",
  },
  navigations: {
    attachments: false,
    attachmentSessions: false,
    checklistItems: false,
    extensions: false,
    linkedResources: false,
  },
};

export const newTask = (key: string, title: string, now: string): StoredTask => ({
  key,
  revision: 1,
  createdDateTime: now,
  lastModifiedDateTime: now,
  bodyLastModifiedDateTime: now,
  title,
  body: { contentType: "text", content: "" },
  importance: "normal",
  status: "notStarted",
  categories: [],
  isReminderOn: false,
  dueDateTime: null,
  startDateTime: null,
  reminderDateTime: null,
  completedDateTime: null,
  recurrence: null,
});

/** A task as the body says; one that is completed has a time when. */
export function withTask(task: StoredTask, input: TaskInput, now: string): StoredTask {
  const { "@odata.type": _, ...rest } = input;
  const changed = {
    ...task,
    ...defined(rest),
    revision: task.revision + 1,
    lastModifiedDateTime: now,
    bodyLastModifiedDateTime: input.body === undefined ? task.bodyLastModifiedDateTime : now,
  };
  if (changed.status !== "completed") return { ...changed, completedDateTime: null };
  return {
    ...changed,
    completedDateTime: changed.completedDateTime ?? {
      dateTime: now.replace("Z", ".0000000"),
      timeZone: "UTC",
    },
  };
}

/** What has no value is left out, as To Do does. */
export function viewTask(mailbox: string, { key, revision, ...task }: StoredTask) {
  const shown = Object.entries(task).filter(([, value]) => value !== null && value !== undefined);
  return {
    "@odata.etag": `W/"${changeKeyOf(key, revision)}"`,
    id: itemId(mailbox, key, false),
    hasAttachments: false,
    ...Object.fromEntries(shown),
  };
}
