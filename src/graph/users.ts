import type { User } from "@microsoft/microsoft-graph-types";
import type { PagedItems } from "../http/page.ts";
import { orThrow } from "../contract/or-throw.ts";
import { needsAdvancedQuery } from "./advanced-query.ts";
import { graphPath, ownerPath } from "./path.ts";
import { listQuery, selected, type ListOptions } from "./query.ts";
import { directorySearch } from "./search.ts";
import type { GraphSession } from "./session.ts";

export type UserListOptions = ListOptions;

export interface ItemOptions {
  select?: ListOptions["select"];
  signal?: AbortSignal | undefined;
}

/** People of the directory. Every method throws `AzureError`. */
export class Users {
  readonly #session: GraphSession;

  constructor(session: GraphSession) {
    this.#session = session;
  }

  /** The signed-in user, or whom the client was made for. */
  async me(options: ItemOptions = {}): Promise<User> {
    return this.#read(orThrow(ownerPath(this.#session.user, "")), options);
  }

  /** @param id object id or user principal name */
  async get(id: string, options: ItemOptions = {}): Promise<User> {
    return this.#read(orThrow(graphPath("/users/{id}", { id })), options);
  }

  /** Users, in pages of 100 by default and of 999 at most. */
  list(options: UserListOptions = {}): PagedItems<User> {
    return this.#session.list(() => {
      const advanced = needsAdvancedQuery(options);
      return {
        path: "/users",
        query: {
          ...orThrow(listQuery(options, directorySearch)),
          $count: advanced ? "true" : undefined,
        },
        headers: advanced ? { consistencylevel: "eventual" } : undefined,
        signal: options.signal,
      };
    });
  }

  async #read(path: string, { select, signal }: ItemOptions): Promise<User> {
    return orThrow(
      await this.#session.json<User>({ path, query: { $select: selected(select) }, signal }),
    );
  }
}
