import * as z from "zod";
import { changeKinds } from "../contract/watch.ts";
import { changeSchema, watchSchema } from "../contract/watch-schema.ts";
import { textOf, wholeNumber } from "./fields.ts";
import { operation } from "./operation.ts";

const watch = watchSchema.meta({ id: "Watch" });

const shared = { tag: "watches", on: "connection" } as const;
const reads = { ...shared, scope: "connections:read" } as const;
const writes = { ...shared, scope: "connections:write" } as const;
const watchId = textOf(64).meta({ description: "Id of a watch." });

export const createWatch = operation({
  ...writes,
  name: "watch",
  route: "POST /connections/{id}/watches",
  summary: "Have changes of a resource of Graph reported; the same again is the same watch",
  // What changes say of items is what reading Graph says.
  moreScope: () => "graph:read",
  input: {
    resource: textOf(512).meta({
      description:
        "Graph's path: me/mailFolders('inbox')/messages, me/events, me/drive/root, users…",
    }),
    changeTypes: z.array(z.enum(changeKinds)).min(1).max(changeKinds.length),
    includeData: z.boolean().optional().meta({
      description: "Changes bring the item: of Outlook, Teams and presence.",
    }),
    select: textOf(1_024).optional().meta({
      description: "Which properties of it, separated by commas; Outlook needs it.",
    }),
    catchUp: z.boolean().optional().meta({
      description: "Read by delta what was missed: of a mail folder, a calendar or a drive.",
    }),
  },
  body: "rest",
  form: "created",
  data: watch,
  answer: "The watch.",
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "watch" },
  mcp: {
    tool: "watch_create",
    title: "Watch for changes",
    about:
      "Keeps track of new, changed and deleted items from now on; read them with watch_changes. The same again is the same watch.",
    idempotent: true,
  },
});

export const listWatches = operation({
  ...reads,
  name: "watches",
  route: "GET /connections/{id}/watches",
  summary: "What is watched; at most 24",
  consoleScope: "connections:read",
  input: {},
  form: "item",
  data: z.array(watch),
  answer: "The watches.",
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "watches" },
  mcp: {
    tool: "watch_list",
    title: "List watches",
    about: "What is watched.",
  },
});

export const getWatch = operation({
  ...reads,
  name: "getWatch",
  route: "GET /connections/{id}/watches/{watch}",
  params: { watch: "watchId" },
  summary: "One watch: its state, and whether changes may be missing",
  input: { watchId },
  form: "item",
  data: watch,
  answer: "The watch.",
  over: ["http", "client"],
  client: { of: "connection", name: "getWatch", args: ["watchId"] },
});

export const deleteWatch = operation({
  ...writes,
  name: "unwatch",
  route: "DELETE /connections/{id}/watches/{watch}",
  params: { watch: "watchId" },
  summary: "Give a watch up",
  consoleScope: "connections:write",
  input: { watchId },
  form: "item",
  data: watch,
  answer: "The watch as it ended.",
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "unwatch", args: ["watchId"] },
});

export const listChanges = operation({
  ...reads,
  name: "changes",
  route: "GET /connections/{id}/changes",
  summary: "What watches reported, oldest first; kept for 72 hours",
  moreScope: () => "graph:read",
  input: {
    after: wholeNumber(0, Number.MAX_SAFE_INTEGER).default(0),
    limit: wholeNumber(1, 1_000).default(100),
  },
  form: "events",
  data: changeSchema.meta({ id: "Change" }),
  answer: "Changes after the one given; truncated when some before them are lost.",
  over: ["http", "rpc", "client"],
  client: { of: "connection", name: "changes" },
  mcp: {
    tool: "watch_changes",
    title: "Read changes",
    about:
      "What watches reported, oldest first; kept for 72 hours. Go on with after = the last seq.",
  },
});
