import type { Contact } from "@microsoft/microsoft-graph-types";
import { orThrow } from "../contract/or-throw.ts";
import type { PagedItems } from "../http/page.ts";
import { ownerPath } from "./path.ts";
import { listQuery, type ListOptions } from "./query.ts";
import type { GraphSession } from "./session.ts";

export interface ContactListOptions extends ListOptions {
  /** Another user's contacts, by id or principal name. */
  user?: string | undefined;
  /** Id of a contact folder. Default: the user's own contacts. */
  folder?: string | undefined;
}

/** Personal contacts. Every method throws `AzureError`. */
export class Contacts {
  readonly #session: GraphSession;

  constructor(session: GraphSession) {
    this.#session = session;
  }

  list({ user, folder, ...options }: ContactListOptions = {}): PagedItems<Contact> {
    return this.#session.list(() => ({
      path: orThrow(
        folder === undefined
          ? ownerPath(user ?? this.#session.user, "/contacts")
          : ownerPath(user ?? this.#session.user, "/contactFolders/{folder}/contacts", { folder }),
      ),
      query: orThrow(listQuery(options)),
      signal: options.signal,
    }));
  }
}
