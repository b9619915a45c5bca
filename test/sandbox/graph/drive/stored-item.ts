import { GraphError } from "../graph-error.ts";
import type { EntitySchema } from "../odata/schema.ts";

/** What a client says of a file or folder, besides its name and place. */
export interface ItemDetails {
  description?: string | null | undefined;
  /** Times of the file where it came from; those of the drive where they are not given. */
  fileSystemInfo?:
    | { createdDateTime?: string | undefined; lastModifiedDateTime?: string | undefined }
    | undefined;
}

/** A file or folder as the drive keeps it. Times are ISO 8601. */
export interface StoredItem {
  id: string;
  name: string;
  /** Undefined for the root. */
  parentId: string | undefined;
  /** Undefined for a folder. */
  bytes: Uint8Array | undefined;
  mimeType: string;
  createdDateTime: string;
  lastModifiedDateTime: string;
  details: ItemDetails;
  /** Grows with every change of name, place or content. */
  revision: number;
  /** Grows with content alone. */
  contentRevision: number;
}

/** Throws 409 for a file where a folder is needed. */
export function requireFolder(item: StoredItem): StoredItem {
  if (item.bytes !== undefined)
    throw new GraphError(409, "nameAlreadyExists", "A file stands where a folder is needed.");
  return item;
}

export const driveItemSchema: EntitySchema = {
  name: "microsoft.graph.driveItem",
  properties: {
    "@microsoft.graph.downloadUrl": "string",
    id: "string",
    name: "string",
    description: "string",
    size: "number",
    createdDateTime: "dateTime",
    lastModifiedDateTime: "dateTime",
    webUrl: "string",
    eTag: "string",
    cTag: "string",
    createdBy: "complex",
    lastModifiedBy: "complex",
    parentReference: "complex",
    fileSystemInfo: "complex",
    file: "complex",
    "file/mimeType": "string",
    folder: "complex",
    root: "complex",
    deleted: "complex",
  },
  navigations: {
    children: true,
    thumbnails: true,
    createdByUser: false,
    lastModifiedByUser: false,
    listItem: false,
    permissions: false,
    retentionLabel: false,
    subscriptions: false,
    versions: false,
    workbook: false,
  },
};

const types: Readonly<Record<string, string>> = {
  txt: "text/plain",
  csv: "text/csv",
  html: "text/html",
  json: "application/json",
  pdf: "application/pdf",
  png: "image/png",
  jpg: "image/jpeg",
  docx: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
};

/** OneDrive goes by the name, not by what the uploader says. */
export function mimeTypeOf(name: string): string {
  const extension = /\.([^.]+)$/.exec(name)?.[1]?.toLowerCase() ?? "";
  return types[extension] ?? "application/octet-stream";
}
