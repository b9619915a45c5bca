import { PERSONAL_TENANT } from "../constants.ts";
import type { Caller } from "../world.ts";
import { methodOf } from "./method.ts";
import type { GraphContext } from "./environment.ts";
import { GraphError } from "./graph-error.ts";
import { canonicalPath } from "./path.ts";
import { permissionsFor } from "./permission-data.ts";
import type { Scheme } from "./permission-data.ts";

type Workload = "directory" | "outlook" | "files";

/** Each workload refuses in words of its own; a client may not rely on one of them. */
const refusals: Record<Workload, readonly [code: string, message: string]> = {
  directory: ["Authorization_RequestDenied", "Insufficient privileges to complete the operation."],
  outlook: ["ErrorAccessDenied", "Access is denied. Check credentials and try again."],
  files: ["accessDenied", "Access denied"],
};

/** The workload that a path template leads to. */
function workloadOf(template: string): Workload {
  if (/\/drives?(?:\/|$)/.test(template)) return "files";
  if (/\/(?:manager|directreports|(?:transitive)?memberof)$/.test(template)) return "directory";
  return /^\/(?:me|users\/\{id\})\/./.test(template) ? "outlook" : "directory";
}

const templateOf = (c: GraphContext) => canonicalPath(c.req.path).template;

/** The 403 of the workload that a request is for. */
export function refusal(c: GraphContext): GraphError {
  return new GraphError(403, ...refusals[workloadOf(templateOf(c))]);
}

export function schemeOf({ kind, tenantId }: Caller): Scheme {
  if (kind === "app") return "application";
  return tenantId === PERSONAL_TENANT ? "personal" : "work";
}

/** OData does not answer 404 for a path it cannot parse. */
export const unknownSegment = (segment: string): GraphError =>
  new GraphError(400, "BadRequest", `Resource not found for the segment '${segment}'.`);

/** Good for the signed-in user's own profile, though Microsoft lists them for any user's. */
const ownProfileOnly = new Set(["User.Read", "User.ReadWrite"]);

/** `Mail.ReadWrite` allows to read, as its description says, though the lists of reads leave it out. */
const withWrite = (permission: string): string =>
  permission.replace(/\.Read(?=\.|$)/, ".ReadWrite");

/**
 * Lets a request pass whose token holds a permission that Microsoft lists for the operation and
 * the kind of account, or the one to write as well as read. Throws 400 where personal accounts have
 * none, else the workload's 403.
 *
 * @param other the request is for another user's profile
 */
export function requirePermission(c: GraphContext, { other = false } = {}): void {
  const caller = c.get("caller");
  const scheme = schemeOf(caller);
  const listed = permissionsFor(`${methodOf(c)} ${templateOf(c)}`, scheme);
  if (listed === undefined) throw unknownSegment(c.req.path.split("/").at(-1) ?? "");
  const enough = other ? listed.filter((name) => !ownProfileOnly.has(name)) : listed;
  if (scheme === "personal" && enough.length === 0)
    throw new GraphError(400, "BadRequest", "This API is not supported for MSA accounts");
  const held = scheme === "application" ? caller.roles : caller.scopes;
  if (!enough.some((name) => held.has(name) || held.has(withWrite(name)))) throw refusal(c);
}

/** Whether the token holds one of these permissions. */
export function holds(c: GraphContext, ...permissions: readonly string[]): boolean {
  const { kind, scopes, roles } = c.get("caller");
  const held = kind === "app" ? roles : scopes;
  return permissions.some((name) => held.has(name));
}
