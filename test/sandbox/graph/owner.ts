import { PERSONAL_TENANT } from "../constants.ts";
import type { Caller, SandboxUser } from "../world.ts";
import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";
import { refusal, requirePermission } from "./permissions.ts";
import type { GraphState } from "./state.ts";

/** Whose mailbox, calendar or drive a request speaks of. */
export interface Owner {
  tenantId: string;
  /** Object id in that tenant, as tokens carry it. */
  objectId: string;
  /** Id in Graph, which differs for a personal account. */
  graphId: string;
  user: SandboxUser;
  /** A guest has neither mailbox nor drive where it is a guest. */
  guest: boolean;
  personal: boolean;
}

/** What a person's things are kept under and their ids are made of: one in each tenant. */
export const nameOf = ({ tenantId, objectId }: Owner): string => `${tenantId}/${objectId}`;

/** /me means nothing without a person. */
export function requirePerson(caller: Caller): void {
  if (caller.kind === "app")
    throw new GraphError(
      400,
      "BadRequest",
      "/me request is only valid with delegated authentication flow.",
    );
}

export function ownerFor(state: GraphState, tenantId: string, graphId: string): Owner {
  const person =
    state.added.get(graphId) ??
    state.world.users.find((candidate) => {
      const objectId = candidate.objectIds.get(tenantId);
      return objectId === graphId || objectId?.slice(19).replaceAll("-", "") === graphId;
    });
  const objectId = person?.objectIds.get(tenantId);
  if (person === undefined || objectId === undefined) throw userNotFound(graphId);
  return {
    tenantId,
    objectId,
    graphId,
    user: person,
    guest: person.homeTenantId !== tenantId,
    personal: tenantId === PERSONAL_TENANT,
  };
}

export function userNotFound(key: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${key}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/**
 * The owner that `/me/…` or `/users/{user}/…` names, once the caller has a permission for the
 * operation. A person reaches nobody else's mail or files: nothing is shared in the sandbox.
 */
export function ownerOf(c: GraphContext, state: GraphState): Owner {
  const caller = c.get("caller");
  const key = c.req.param("user");
  if (key === undefined) requirePerson(caller);
  requirePermission(c);
  const directory = state.directory(caller.tenantId);
  const entry = directory.find(key ?? state.graphIdOf(caller));
  if (entry === undefined) throw userNotFound(key ?? caller.objectId);
  const owner = ownerFor(state, caller.tenantId, entry.id);
  if (caller.kind === "user" && owner.objectId !== caller.objectId) throw refusal(c);
  return owner;
}
