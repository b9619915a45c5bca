import { json } from "../answer.ts";
import { deltaAnswer } from "../delta/delta-round.ts";
import type { DeltaStyle } from "../delta/delta-round.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { badRequest, readQuery } from "../query.ts";
import { acceptedOptions, listRefusal } from "../query-options.ts";
import type { DriveRequest } from "./drive-request.ts";
import { shownItem } from "./item-answer.ts";
import { driveItemSchema } from "./stored-item.ts";

const style = (c: GraphContext, driveId: string): DeltaStyle => ({
  collection: `drive ${driveId}`,
  parameters: { skip: "token", delta: "token" },
  knowsLatest: true,
  lastPageApart: false,
  takesTop: true,
  usual: 200,
  most: 1000,
  check: () => {
    const options = acceptedOptions(c, {
      accepted: ["$select", "$expand", "$top"],
      refuse: listRefusal("invalidRequest"),
    });
    readQuery(options, driveItemSchema, "invalidRequest");
  },
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
  const { entries, links } = deltaAnswer(c, state, style(c, drive.id), drive.log, (options) => {
    const query = readQuery(options, driveItemSchema, "invalidRequest");
    return {
      place: ({ id, item }): Record<string, unknown>[] => {
        if (item === undefined)
          return [
            {
              id,
              deleted: { state: "deleted" },
              parentReference: { driveId: drive.id, driveType: "business" },
            },
          ];
        return [shownItem({ state, base: c.env.base, drive }, item, query)];
      },
    };
  });
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#Collection(driveItem)`,
    ...links,
    value: entries,
  });
}
