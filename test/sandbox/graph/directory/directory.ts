import { PERSONAL_TENANT } from "../../constants.ts";
import type { SandboxUser } from "../../world.ts";
import { ChangeLog } from "../delta/change-log.ts";
import { seedGroups } from "./group.ts";
import type { StoredGroup } from "./group.ts";
import { seedPhotos } from "./photo.ts";
import type { Photo } from "./photo.ts";
import { directoryUser } from "./user.ts";
import type { DirectoryUser } from "./user.ts";

/** A member of a group, or a group that somebody is a member of. */
export type DirectoryObject =
  | { kind: "user"; entity: DirectoryUser }
  | { kind: "group"; entity: StoredGroup["group"] };

/** The users and groups of one tenant. */
export class Directory {
  readonly users = new ChangeLog<DirectoryUser>();
  readonly groups: ReadonlyMap<string, StoredGroup>;
  /** By the id of the user. */
  readonly photos: Map<string, Photo>;
  /** The user's id, and that of the manager. */
  readonly #managers = new Map<string, string>();

  constructor(tenantId: string, users: readonly SandboxUser[]) {
    for (const user of users) {
      const objectId = user.objectIds.get(tenantId);
      if (objectId === undefined) continue;
      const entry = directoryUser(user, tenantId, objectId);
      this.users.put(entry.id, entry);
    }
    const known = this.users.values();
    const groups = tenantId === PERSONAL_TENANT ? [] : seedGroups(tenantId, known);
    this.groups = new Map(groups.map((one) => [one.group.id, one]));
    this.photos = seedPhotos(known);
    const [first, ...others] = known.filter(({ userType }) => userType === "Member");
    if (first !== undefined && tenantId !== PERSONAL_TENANT)
      for (const { id } of others) this.#managers.set(id, first.id);
  }

  /** By object id or user principal name, as `/users/{key}` does. */
  find(key: string): DirectoryUser | undefined {
    const wanted = key.toLowerCase();
    return this.users
      .values()
      .find((user) => user.id === wanted || user.userPrincipalName.toLowerCase() === wanted);
  }

  managerOf(id: string): DirectoryUser | undefined {
    const manager = this.#managers.get(id);
    return manager === undefined ? undefined : this.users.get(manager);
  }

  reportsTo(id: string): DirectoryUser[] {
    return this.users.values().filter((user) => this.#managers.get(user.id) === id);
  }

  /** The users and groups that some ids mean; who was deleted is left out. */
  objects(ids: readonly string[]): DirectoryObject[] {
    return ids.flatMap((id): DirectoryObject[] => {
      const user = this.users.get(id);
      if (user !== undefined) return [{ kind: "user", entity: user }];
      const group = this.groups.get(id)?.group;
      return group === undefined ? [] : [{ kind: "group", entity: group }];
    });
  }

  /** Ids of the groups that a user or group is a member of. */
  groupsOf(id: string): string[] {
    return [...this.groups.values()]
      .filter(({ members }) => members.includes(id))
      .map(({ group }) => group.id);
  }

  /** The same for every group that one leads to, each once. */
  reach(id: string, next: (id: string) => readonly string[]): string[] {
    const reached = new Set<string>();
    const waiting = [...next(id)];
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      if (reached.has(one)) continue;
      reached.add(one);
      waiting.push(...next(one));
    }
    return [...reached];
  }
}
