import { Hono } from "hono";
import type * as z from "zod";
import { empty } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { inMailbox } from "../mail/in-mailbox.ts";
import type { MailboxRequest } from "../mail/in-mailbox.ts";
import { toSecond } from "../mail/mail-seed.ts";
import { bodyRefusal } from "../mail/message-input.ts";
import { stableKey } from "../mail/outlook-id.ts";
import { answerOutlookItem, answerOutlookList, listOptionsOf } from "../outlook-list.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { listOf } from "./lists.ts";
import { newTask, taskChange, taskInput, taskSchema, viewTask, withTask } from "./task.ts";
import type { StoredTask } from "./task.ts";
import { taskIn } from "./task-list.ts";

async function readBody<Shape extends z.ZodType>(
  c: GraphContext,
  shape: Shape,
): Promise<z.infer<Shape>> {
  const parsed = parseBody(shape, await readJson(c));
  if (!parsed.success) throw bodyRefusal(parsed.error, taskSchema.name);
  return parsed.data;
}

const pathOf = (c: GraphContext, { owner }: MailboxRequest) =>
  `users('${owner.graphId}')/todo/lists('${c.req.param("list")}')/tasks`;

/** /todo/lists/{id}/tasks. */
export function taskRoutes(state: GraphState): GraphRoutes {
  const named = (c: GraphContext, { owner }: MailboxRequest) => {
    const list = listOf(c, state.tasks(owner));
    return { list, task: taskIn(list, c.req.param("task") ?? "") };
  };
  const answer = (
    c: GraphContext,
    request: MailboxRequest,
    task: StoredTask,
    status: 200 | 201 = 200,
  ) => {
    const view = viewTask(state.tasks(request.owner).name, task);
    const path = pathOf(c, request);
    return answerOutlookItem(c, { path, schema: taskSchema, item: task, view }, status);
  };
  const now = () => toSecond(state.world.now());

  return new Hono<GraphEnvironment>()
    .get(
      "/todo/lists/:list/tasks",
      inMailbox(state, (c, request) => {
        const lists = state.tasks(request.owner);
        return answerOutlookList(c, {
          path: pathOf(c, request),
          schema: taskSchema,
          options: listOptionsOf(c),
          items: [...listOf(c, lists).tasks.values()],
          view: (task) => viewTask(lists.name, task),
          relations: {},
          pageSetting: state.world.settings.page_size,
        });
      }),
    )
    .post(
      "/todo/lists/:list/tasks",
      inMailbox(state, async (c, request) => {
        const { tasks } = listOf(c, state.tasks(request.owner));
        const input = await readBody(c, taskInput);
        const key = stableKey("task", state.world.guid());
        const task = withTask(newTask(key, input.title, now()), input, now());
        tasks.set(key, task);
        return answer(c, request, task, 201);
      }),
    )
    .get(
      "/todo/lists/:list/tasks/:task",
      inMailbox(state, (c, request) => {
        entityOptions(c);
        return answer(c, request, named(c, request).task);
      }),
    )
    .patch(
      "/todo/lists/:list/tasks/:task",
      inMailbox(state, async (c, request) => {
        const { list, task } = named(c, request);
        const changed = withTask(task, await readBody(c, taskChange), now());
        list.tasks.set(task.key, changed);
        return answer(c, request, changed);
      }),
    )
    .delete(
      "/todo/lists/:list/tasks/:task",
      inMailbox(state, (c, request) => {
        const { list, task } = named(c, request);
        list.tasks.delete(task.key);
        return empty(c, 204);
      }),
    );
}
