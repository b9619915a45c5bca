import { Hono } from "hono";
import { empty, json } from "../answer.ts";
import { methodOf } from "../method.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { versionRoot } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { ownerFor, ownerOf } from "../owner.ts";
import type { Owner } from "../owner.ts";
import { requirePermission } from "../permissions.ts";
import { related } from "../odata/related.ts";
import type { EntitySchema } from "../odata/schema.ts";
import { project } from "../odata/select.ts";
import { readQuery } from "../query.ts";
import { acceptedOptions, entityOptions, listRefusal } from "../query-options.ts";
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
import { viewDrive, viewItem } from "./item-view.ts";
import { answerList, searchItems } from "./found-items.ts";
import { openUpload } from "./open-upload.ts";
import { changeItem, copyItem } from "./relocation.ts";

type Handler = (c: GraphContext, request: DriveRequest) => Response | Promise<Response>;

const handlers: Partial<Record<`${string} ${DriveAction}`, Handler>> = {
  "PATCH item": changeItem,
  "POST copy": copyItem,
  "GET search": searchItems,
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

/** What can be done to an item: method and action. */
export const driveOperations: readonly string[] = Object.keys(handlers);

/** The part of the path after `/drive` or `/drives/{id}`, as the client encoded it. */
const addressText = (path: string) =>
  /^\/[^/]+\/(?:(?:me|users\/[^/]+)\/drive|drives\/[^/]+)(.*)$/.exec(path)?.[1] ?? "";

/** The drive that the path names. A person reaches no drive but the own one. */
function driveOf(c: GraphContext, state: GraphState): Drive {
  const driveId = c.req.param("drive");
  if (driveId === undefined) return state.drive(ownerOf(c, state));
  const caller = c.get("caller");
  requirePermission(c);
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

const driveSchema: EntitySchema = {
  name: "microsoft.graph.drive",
  properties: {
    id: "string",
    createdDateTime: "dateTime",
    description: "string",
    lastModifiedDateTime: "dateTime",
    name: "string",
    webUrl: "string",
    driveType: "string",
    createdBy: "complex",
    lastModifiedBy: "complex",
    owner: "complex",
    quota: "complex",
  },
  navigations: { root: true, bundles: false, following: false, items: false, special: false },
};

/** GET /drives of a person: the one that everybody has. */
function answerDrives(c: GraphContext, state: GraphState): Response {
  const options = acceptedOptions(c, {
    accepted: ["$select", "$orderby", "$top", "$skiptoken"],
    refuse: listRefusal("invalidRequest"),
  });
  const { select } = readQuery(options, driveSchema, "invalidRequest");
  const owner = ownerOf(c, state);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#drives`,
    value: [project(viewDrive(state.drive(owner)), select)],
  });
}

/** GET /drive. */
function answerDrive(c: GraphContext, state: GraphState, drive: Drive): Response {
  const { select, expand } = readQuery(
    entityOptions(c, "invalidRequest"),
    driveSchema,
    "invalidRequest",
  );
  const root = drive.item("root");
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#drives/$entity`,
    ...project(viewDrive(drive), select),
    ...related(root, expand, {
      root: (item) => item && viewItem(state, c.env.base, drive, item),
    }),
  });
}

async function answer(c: GraphContext, state: GraphState): Promise<Response> {
  const address = parseDriveAddress(addressText(c.req.path));
  if (address === undefined)
    throw new GraphError(400, "BadRequest", "The path is no address of a drive.");
  const method = methodOf(c);
  const handle = address.kind === "item" ? handlers[`${method} ${address.action}`] : undefined;
  if (handle === undefined && !(address.kind !== "item" && method === "GET"))
    throw new GraphError(
      405,
      "BadRequest",
      "Specified HTTP method is not allowed for the request target.",
    );
  const drive = driveOf(c, state);
  if (address.kind === "list") return answerList(c, { state, drive }, address.name);
  if (address.kind === "drive" || handle === undefined) return answerDrive(c, state, drive);
  // Of a write, before anything has changed.
  if (method !== "GET") entityOptions(c, "invalidRequest");
  const item = drive.resolve(address.base, address.path);
  return handle(c, { state, drive, address, item });
}

/** /drive of a person and everything in it. */
export function driveRoutes(state: GraphState): GraphRoutes {
  return (
    new Hono<GraphEnvironment>()
      .get("/drives", (c) => answerDrives(c, state))
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
