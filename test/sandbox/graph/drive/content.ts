import { empty } from "../answer.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { queryOptions } from "../query-options.ts";
import { itemMissing } from "./drive.ts";
import type { ConflictBehavior } from "./drive.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { answerItem, isUnchanged, requireMatch } from "./item-answer.ts";
import { downloadUrl, eTagOf } from "./item-view.ts";

/** A simple upload may be this long; anything longer needs a session. */
const SIMPLE_UPLOAD_LIMIT = 250 * 1024 * 1024;

/** GET …/content: a redirect to where the bytes lie, which takes no token. */
export function readContent(c: GraphContext, request: DriveRequest): Response {
  const item = found(request);
  if (item.bytes === undefined)
    throw new GraphError(400, "invalidRequest", "A folder has no content.");
  if (isUnchanged(c, item)) return empty(c, 304, { etag: eTagOf(item) });
  const location = downloadUrl(request.state, c.env.base, request.drive, item);
  return empty(c, 302, { location, "cache-control": "no-store" });
}

const conflicts = new Set<string>(["fail", "replace", "rename"]);
const isConflict = (text: string): text is ConflictBehavior => conflicts.has(text);

function conflictOf(c: GraphContext): ConflictBehavior {
  const text = queryOptions(c)["@microsoft.graph.conflictbehavior"] ?? "replace";
  if (!isConflict(text))
    throw new GraphError(400, "invalidRequest", "The conflict behavior is unknown.");
  return text;
}

/** PUT …/content: a new file is 201, new content of an old one 200. */
export async function writeContent(c: GraphContext, request: DriveRequest): Promise<Response> {
  const { state, drive, address, item } = request;
  const conflict = conflictOf(c);
  const tooLarge = new GraphError(
    413,
    "requestEntityTooLarge",
    "The file is too large for a simple upload: use an upload session.",
  );
  if (Number(c.req.header("content-length") ?? 0) > SIMPLE_UPLOAD_LIMIT) throw tooLarge;
  if (item !== undefined) requireMatch(c, item);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length > SIMPLE_UPLOAD_LIMIT) throw tooLarge;
  const now = new Date(state.world.now()).toISOString();
  if (address.path.length === 0) {
    if (item === undefined) throw itemMissing();
    if (item.bytes === undefined)
      throw new GraphError(400, "invalidRequest", "A folder has no content.");
    return answerItem(c, state, drive, drive.replaceContent(item, bytes, now));
  }
  const folder = drive.ensureFolder(address.base, address.path.slice(0, -1), now);
  const name = address.path.at(-1) ?? "";
  const written = drive.writeFile(folder.id, name, bytes, conflict, now);
  return answerItem(c, state, drive, written.item, written.created ? 201 : 200);
}
