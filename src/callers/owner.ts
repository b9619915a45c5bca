import { parseConnectionId } from "../contract/connection-id.ts";
import { connectionIdOf, userConnectionId } from "../contract/connection-owner.ts";
import { invalidField, unknownConnection, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { anotherUser, requireScope, type Caller } from "./caller.ts";

/** How a request may say which connection it means. */
export interface ConnectionChoice {
  userId?: string | undefined;
  label?: string | undefined;
  /** A connection id, and the field it came in. */
  connection?: { id: string; field: string } | undefined;
}

/**
 * The connection a caller means and may use. A user's own credential means that user; a key has to
 * say whom it acts for.
 *
 * @returns `invalid_request` naming the missing or contradicting field, `forbidden` when a user's
 *   credential names another user, or a key without `admin` a tenant's connection
 */
export function chosenConnection(
  caller: Caller,
  { userId, label, connection }: ConnectionChoice,
): Result<string, Failure> {
  if (connection !== undefined) {
    if (userId !== undefined || label !== undefined) {
      return err(invalidField(connection.field, "cannot be given with user_id or label"));
    }
    const owned = ownConnection(caller, connection.id);
    if (owned.ok || owned.error.code !== "not_found") return owned;
    return parseConnectionId(connection.id) === undefined
      ? err(invalidField(connection.field, "is not the id of a connection"))
      : err(anotherUser());
  }
  const owner = userId ?? caller.userId;
  if (owner === undefined) {
    return err(invalidField("user_id", "is required: the user this is done for"));
  }
  if (caller.userId !== undefined && caller.userId !== owner) return err(anotherUser());
  return ok(userConnectionId({ userId: owner, label }));
}

/**
 * A connection named by its id in a path, if the caller may use it.
 *
 * @returns `not_found` for what is no id and for another user's; `forbidden` for a tenant's
 *   connection without `admin`
 */
export function ownConnection(caller: Caller, id: string): Result<string, Failure> {
  const owner = parseConnectionId(id);
  if (owner === undefined) return err(unknownConnection());
  if (owner.kind === "tenant") {
    if (caller.userId !== undefined) return err(unknownConnection());
    const admin = requireScope(caller, "admin");
    return admin.ok ? ok(connectionIdOf(owner)) : admin;
  }
  if (caller.userId !== undefined && caller.userId !== owner.userId) {
    return err(unknownConnection());
  }
  return ok(id);
}
