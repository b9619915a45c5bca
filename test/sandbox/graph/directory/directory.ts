import type { SandboxUser } from "../../world.ts";
import { ChangeLog } from "../delta/change-log.ts";
import { directoryUser } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

/** The users of one tenant. */
export class Directory {
  readonly users = new ChangeLog<DirectoryUser>();

  constructor(tenantId: string, users: readonly SandboxUser[]) {
    for (const user of users) {
      const objectId = user.objectIds.get(tenantId);
      if (objectId === undefined) continue;
      const entry = directoryUser(user, tenantId, objectId);
      this.users.put(entry.id, entry);
    }
  }

  /** By object id or user principal name, as `/users/{key}` does. */
  find(key: string): DirectoryUser | undefined {
    const wanted = key.toLowerCase();
    return this.users
      .values()
      .find((user) => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted);
  }
}
