import { Hono } from "hono";
import * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { taskListSchema, viewTaskList } from "./task-list.ts";
import type { TaskList, TaskLists } from "./task-list.ts";

const listInput = z.strictObject({
  "@odata.type": z.string().optional(),
  displayName: z.string().min(1).max(255),
});

async function readName(c: GraphContext): Promise<string> {
  const parsed = parseBody(listInput, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, taskListSchema.name);
  return parsed.data.displayName;
}

/** The list that the path names. */
export const listOf = (c: GraphContext, lists: TaskLists): TaskList =>
  lists.list(c.req.param("list") ?? "");

/** Throws 400 for a list that is To Do's own. */
function requireOwn(list: TaskList): TaskList {
  if (list.wellknownListName !== "none")
    throw new GraphError(
      400,
      "invalidRequest",
      "The list is one of To Do's own: it can be neither renamed nor deleted.",
    );
  return list;
}

function answer(
  c: GraphContext,
  { owner }: MailboxRequest,
  lists: TaskLists,
  list: TaskList,
  status: 200 | 201 = 200,
): Response {
  const path = `users('${owner.graphId}')/todo/lists`;
  const view = viewTaskList(lists.name, list);
  return answerOutlookItem(c, { path, schema: taskListSchema, item: list, view }, status);
}

/** /todo/lists of a person. */
export function taskListRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get(
      "/todo/lists",
      inMailbox(state, (c, { owner }) => {
        const lists = state.tasks(owner);
        return answerOutlookList(c, {
          path: `users('${owner.graphId}')/todo/lists`,
          schema: taskListSchema,
          options: listOptionsOf(c),
          items: [...lists.lists.values()],
          view: (list) => viewTaskList(lists.name, list),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .post(
      "/todo/lists",
      inMailbox(state, async (c, request) => {
        const lists = state.tasks(request.owner);
        const key = stableKey("list", state.world.guid());
        return answer(c, request, lists, lists.add(await readName(c), key), 201);
      }),
    )
    .get(
      "/todo/lists/:list",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        const lists = state.tasks(request.owner);
        return answer(c, request, lists, listOf(c, lists));
      }),
    )
    .patch(
      "/todo/lists/:list",
      inMailbox(state, async (c, request) => {
        const lists = state.tasks(request.owner);
        const list = requireOwn(listOf(c, lists));
        list.displayName = await readName(c);
        return answer(c, request, lists, list);
      }),
    )
    .delete(
      "/todo/lists/:list",
      inMailbox(state, (c, { owner }) => {
        const lists = state.tasks(owner);
        lists.lists.delete(requireOwn(listOf(c, lists)).key);
        return empty(c, 204);
      }),
    );
}
