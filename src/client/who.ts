import { connectionIdOf as idOfOwner } from "../contract/connection-id.ts";
import { defined } from "../contract/defined.ts";
import { segment } from "./url-text.ts";

/** Which connection is meant: a user's (their first account, or a labelled one), or any by its id. */
export type Who =
  | { userId: string; label?: string | undefined }
  /** `user:{user_id}[:{label}]`, `tenant:{tenant_id}`. */
  | { connection: string };

/** The id of a connection: `user:{user_id}[:{label}]`. */
export const connectionIdOf = (who: Who): string => {
  if ("connection" in who) return who.connection;
  const { userId, label } = who;
  return idOfOwner({ kind: "user", userId, ...defined({ label }) });
};

/** Where the connection is among the routes. @throws AzureError `invalid_request` for what is no id */
export const connectionPath = (who: Who): string =>
  `/connections/${segment("connection", connectionIdOf(who))}`;

/** The query parameters that say the same on routes without an id in their path. */
export const ownerQuery = (who: Who): Record<string, string | undefined> =>
  "connection" in who ? { connection: who.connection } : { user_id: who.userId, label: who.label };
