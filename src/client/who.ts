import { userConnectionId } from "../contract/connection-owner.ts";
import type { WorkerCall } from "./requests.ts";
import { segment } from "./url-text.ts";

/** A user's connection: their first account, or a labelled one. */
export interface Owner {
  userId: string;
  label?: string | undefined;
}

/** Which connection is meant: a user's (their first account, or a labelled one), or any by its id. */
export type Who =
  | Owner
  /** `user:{user_id}[:{label}]`, `tenant:{tenant_id}`. */
  | { connection: string };

/** The id of a connection: `user:{user_id}[:{label}]`. */
export const connectionIdOf = (who: Who): string =>
  "connection" in who ? who.connection : userConnectionId(who);

/** Where the connection is among the routes. @throws AzureError `invalid_request` for what is no id */
export const connectionPath = (who: Who): string =>
  `/connections/${segment("connection", connectionIdOf(who))}`;

/** A call of a route without an id in its path: its query says the same. */
export const askedOf = (call: WorkerCall, who: Who): WorkerCall => ({
  ...call,
  query: {
    ...("connection" in who
      ? { connection: who.connection }
      : { user_id: who.userId, label: who.label }),
    ...call.query,
  },
});
