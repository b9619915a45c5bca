import { itemNotFound, keyOfId, itemId, stableKey } from "../mail/outlook-id.ts";
import { toSecond } from "../mail/mail-seed.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { nameOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { newTask } from "./task.ts";
import type { StoredTask } from "./task.ts";

/** A list of tasks as the mailbox keeps it. */
export interface TaskList {
  key: string;
  displayName: string;
  wellknownListName: "none" | "defaultList" | "flaggedEmails";
  tasks: Map<string, StoredTask>;
}

export const taskListSchema: EntitySchema = {
  name: "microsoft.graph.todoTaskList",
  properties: {
    id: "string",
    displayName: "string",
    isOwner: "boolean",
    isShared: "boolean",
    wellknownListName: "string",
  },
  navigations: { extensions: false, tasks: false },
};

export const viewTaskList = (
  mailbox: string,
  { key, displayName, wellknownListName }: TaskList,
) => ({
  "@odata.etag": `W/"${stableKey("list", key, displayName)}"`,
  id: itemId(mailbox, key, false),
  displayName,
  isOwner: true,
  isShared: false,
  wellknownListName,
});

const titles = ["Oil the engine", "Answer Charles", "Order punched cards"];

/** One person's lists of tasks. */
export class TaskLists {
  /** What ids of it are made of: those of the mailbox. */
  readonly name: string;
  readonly lists = new Map<string, TaskList>();

  /** @param now by the sandbox's clock (ms) */
  constructor(owner: Owner, now: number) {
    this.name = nameOf(owner);
    const tasks = this.add("Tasks", stableKey("list", this.name, "tasks"), "defaultList").tasks;
    this.add("Flagged Emails", stableKey("list", this.name, "flagged"), "flaggedEmails");
    for (const title of titles) {
      const key = stableKey("task", this.name, title);
      tasks.set(key, newTask(key, title, toSecond(now)));
    }
  }

  add(
    displayName: string,
    key: string,
    wellknownListName: TaskList["wellknownListName"] = "none",
  ): TaskList {
    const list = { key, displayName, wellknownListName, tasks: new Map<string, StoredTask>() };
    this.lists.set(key, list);
    return list;
  }

  list(id: string): TaskList {
    const list = this.lists.get(keyOfId(id));
    if (list === undefined) throw itemNotFound();
    return list;
  }
}

export function taskIn(list: TaskList, id: string): StoredTask {
  const task = list.tasks.get(keyOfId(id));
  if (task === undefined) throw itemNotFound();
  return task;
}
