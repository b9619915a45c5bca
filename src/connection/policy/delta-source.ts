import type { ChangeKind } from "../../contract/watch.ts";
import type { WatchedResource } from "./watch-resource.ts";

/** Where the delta of a resource is read, and how a first reading begins now instead of long ago. */
export interface DeltaSource {
  /** Of the collection: `/me/mailFolders/inbox/messages`. */
  path: string;
  query: Readonly<Record<string, string>>;
  filter?: string;
  select?: string;
  maxPageSize?: number;
}

const day = 24 * 60 * 60_000;
/** How far a calendar is read back and ahead. */
const calendarWindow = { back: 30 * day, ahead: 365 * day };

/** What a first reading is for, and about which changes. */
export interface DeltaNeed {
  /** Milliseconds since the epoch: what lies before need not be read. */
  since: number;
  changeTypes: readonly ChangeKind[];
  /** What changed since then is wanted; otherwise only where the next reading begins. */
  reports: boolean;
}

/**
 * What to read first of a resource. Graph begins with all that is there; a drive can begin now, and
 * messages with those that arrived since, which is enough where only `created` is asked for.
 *
 * @returns undefined where Graph has no delta
 */
export function deltaSource(
  { path, kind }: WatchedResource,
  { since, changeTypes, reports }: DeltaNeed,
): DeltaSource | undefined {
  const plain = `/${path.replaceAll(/\('([^']*)'\)/g, "/$1")}`;
  const moment = (at: number) => new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
  switch (kind) {
    case "mail_folder":
      return {
        path: plain,
        query: {},
        select: "id,createdDateTime,lastModifiedDateTime",
        maxPageSize: 200,
        ...(changeTypes.every((type) => type === "created") && {
          filter: `receivedDateTime ge ${moment(since)}`,
        }),
      };
    case "calendar":
      return {
        path: plain.replace(/\/events$/, "/calendarView"),
        query: {
          startDateTime: moment(since - calendarWindow.back),
          endDateTime: moment(since + calendarWindow.ahead),
        },
      };
    case "drive":
      return { path: plain, query: reports ? {} : { token: "latest" } };
    default:
      return undefined;
  }
}
