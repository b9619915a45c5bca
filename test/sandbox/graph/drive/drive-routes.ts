import { Hono } from "hono";
import { empty, json } from "../answer.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { versionRoot } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { ownerFor, ownerOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import type { PermissionName } from "../permissions.ts";
import type { GraphState } from "../state.ts";
import { readContent, writeContent } from "./content.ts";
import { parseDriveAddress } from "./drive-address.ts";
import type { DriveAction } from "./drive-address.ts";
import { driveDelta } from "./drive-delta.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { itemMissing } from "./drive.ts";
import type { Drive } from "./drive.ts";
import { createFolder, listChildren } from "./children.ts";
import { answerItem, requireMatch } from "./item-answer.ts";
import { viewDrive } from "./item-view.ts";
import { openUpload } from "./open-upload.ts";

type Handler = (c: GraphContext, request: DriveRequest) => Response | Promise<Response>;

const handlers: Partial<Record<`${string} ${DriveAction}`, Handler>> = {
  "GET item": (c, request) => answerItem(c, request.state, request.drive, found(request)),
  "DELETE item": (c, request) => {
    const item = found(request);
    requireMatch(c, item);
    if (item.parentId === undefined)
      throw new GraphError(403, "accessDenied", "The root cannot be deleted.");
    request.drive.delete(item);
    return empty(c, 204);
  },
  "GET children": listChildren,
  "POST children": createFolder,
  "GET content": readContent,
  "PUT content": writeContent,
  "POST createUploadSession": openUpload,
  "GET delta": driveDelta,
};

const methodsThatRead = new Set(["GET", "HEAD"]);

/** The part of the path after `/drive` or `/drives/{id}`, as the client encoded it. */
function addressText(c: GraphContext): string {
  const path = new URL(c.req.url).pathname;
  return (
    /^\/[^/]+\/(?:me|users\/[^/]+|users\('[^']*'\))\/drive(.*)$/.exec(path)?.[1] ??
    /^\/[^/]+\/drives\/[^/]+(.*)$/.exec(path)?.[1] ??
    ""
  );
}

/** The drive that the path names. A person reaches no drive but the own one. */
function driveOf(c: GraphContext, state: GraphState, permission: PermissionName): Drive {
  const driveId = c.req.param("drive");
  if (driveId === undefined) return state.drive(ownerOf(c, state, permission));
  const caller = c.get("caller");
  requirePermission(caller, permission);
  const owners: Owner[] = state
    .directory(caller.tenantId)
    .users.values()
    .map(({ id }) => ownerFor(state, caller.tenantId, id));
  const drive = owners
    .filter(
      ({ guest, objectId }) => !guest && (caller.kind === "app" || objectId === caller.objectId),
    )
    .map((owner) => state.drive(owner))
    .find(({ id }) => id === driveId);
  if (drive === undefined) throw itemMissing();
  return drive;
}

async function answer(c: GraphContext, state: GraphState): Promise<Response> {
  const permission: PermissionName = methodsThatRead.has(c.req.method)
    ? "files.read"
    : "files.write";
  const drive = driveOf(c, state, permission);
  const address = parseDriveAddress(addressText(c));
  if (address?.kind === "drive" && c.req.method === "GET")
    return json(c, {
      "@odata.context": `${versionRoot(c)}/$metadata#drives/$entity`,
      ...viewDrive(drive),
    });
  if (address?.kind !== "item")
    throw new GraphError(400, "BadRequest", "The path is no address of a drive.");
  const handle = handlers[`${c.req.method} ${address.action}`];
  if (handle === undefined)
    throw new GraphError(
      405,
      "BadRequest",
      "Specified HTTP method is not allowed for the request target.",
    );
  const item = drive.resolve(address.base, address.path);
  return handle(c, { state, drive, address, item });
}

/** /drive of a person and everything in it. */
export function driveRoutes(state: GraphState): GraphRoutes {
  return (
    new Hono<GraphEnvironment>()
      .all("/drive", (c) => answer(c, state))
      // `root:` is one segment with the drive's path after it.
      .all("/drive/*", (c) => answer(c, state))
  );
}

/** /drives/{id}: the caller's own, by its id. */
export function drivesRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .all("/drives/:drive", (c) => answer(c, state))
    .all("/drives/:drive/*", (c) => answer(c, state));
}
