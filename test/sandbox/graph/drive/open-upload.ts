import * as z from "zod";
import { json } from "../answer.ts";
import { parseBody } from "../body-names.ts";
import { readJson } from "../body.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { found } from "./drive-request.ts";
import type { DriveRequest } from "./drive-request.ts";
import { requireMatch } from "./item-answer.ts";
import { itemDetails } from "./item-details.ts";
import { storageRoot } from "./item-view.ts";
import { statusOf } from "./upload-sessions.ts";
import type { UploadTarget } from "./upload-sessions.ts";

const input = z.looseObject({
  item: z
    .looseObject({
      "@microsoft.graph.conflictBehavior": z.enum(["fail", "replace", "rename"]).optional(),
      ...itemDetails,
    })
    .optional(),
  deferCommit: z.boolean().optional(),
});

function targetOf(
  request: DriveRequest,
  conflict: "fail" | "replace" | "rename",
  now: string,
): UploadTarget {
  const { drive, address } = request;
  const name = address.path.at(-1);
  if (name === undefined) {
    const item = found(request);
    if (item.bytes === undefined)
      throw new GraphError(400, "invalidRequest", "A folder has no content.");
    return { kind: "existing", item };
  }
  const parent = drive.ensureFolder(address.base, address.path.slice(0, -1), now);
  if (drive.child(parent.id, name) === undefined) drive.requireName(parent.id, name, "file");
  return { kind: "new", parentId: parent.id, name, conflict };
}

/** POST …/createUploadSession: a URL that takes the chunks, without a token. */
export async function openUpload(c: GraphContext, request: DriveRequest): Promise<Response> {
  const { state, drive, item } = request;
  const hasBody =
    (c.req.header("content-length") ?? "0") !== "0" || c.req.header("content-type") !== undefined;
  const parsed = parseBody(input, hasBody ? await readJson(c) : {});
  if (!parsed.success)
    throw new GraphError(400, "invalidRequest", "The body is no upload session's description.");
  if (item !== undefined) requireMatch(c, item);
  const conflict = parsed.data.item?.["@microsoft.graph.conflictBehavior"] ?? "fail";
  const { description, fileSystemInfo } = parsed.data.item ?? {};
  const now = state.world.now();
  const session = state.uploads.open(
    state.world.guid().replaceAll("-", ""),
    drive,
    targetOf(request, conflict, new Date(now).toISOString()),
    { details: { description, fileSystemInfo }, deferCommit: parsed.data.deferCommit ?? false },
    now,
  );
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#microsoft.graph.uploadSession`,
    ...statusOf(session),
    uploadUrl: `${storageRoot(c.env.base)}/upload/${session.token}`,
  });
}
