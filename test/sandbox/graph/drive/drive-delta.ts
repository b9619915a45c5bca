import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { parseSelect } from "../odata/select.ts";
import { badRequest, valueOr400 } from "../query.ts";
import type { DriveRequest } from "./drive-request.ts";
import { projectItem } from "./item-answer.ts";
import { viewItem } from "./item-view.ts";
import { driveItemSchema } from "./stored-item.ts";

const style = (driveId: string): DeltaStyle => ({
  collection: `drive ${driveId}`,
  parameters: { skip: "token", delta: "token" },
  knowsLatest: true,
  lastPageApart: false,
  usual: 200,
  most: 999,
  gone: (fresh) =>
    new GraphError(
      410,
      "resyncChangesApplyDifferences",
      "The token is too old. Start again with the link in the Location header and apply the differences.",
      { headers: { location: `${fresh}?token=` } },
    ),
});

/** GET /drive/root/delta: the root first; what is deleted keeps its id and a `deleted` facet. */
export function driveDelta(c: GraphContext, request: DriveRequest): Response {
  const { state, drive, address, item: folder } = request;
  if (folder?.id !== drive.rootId || address.path.length > 0)
    throw badRequest("Delta queries start at the root of a drive.", "invalidRequest");
  const { entries, links } = deltaAnswer(
    c,
    state,
    style(drive.id),
    drive.log,
    ({ id, item }, options) => {
      if (item === undefined)
        return [
          {
            id,
            deleted: { state: "deleted" },
            parentReference: { driveId: drive.id, driveType: "business" },
          },
        ];
      const text = options["$select"];
      const select =
        text === undefined ? undefined : valueOr400(parseSelect(text, driveItemSchema));
      return [projectItem(viewItem(state, c.env.base, drive, item), select)];
    },
  );
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(driveItem)`,
    ...links,
    value: entries,
  });
}
