import { defined } from "../../../../src/contract/defined.ts";
import { stableGuid } from "../seed.ts";
import type { GraphState } from "../state.ts";
import { writeDownloadToken } from "./download-token.ts";
import type { Drive } from "./drive.ts";
import { quickXorHash } from "./quick-xor-hash.ts";
import { siteOf } from "./site.ts";
import type { StoredItem } from "./stored-item.ts";

const DOWNLOAD_LIFETIME_MS = 3_600_000;

/**
 * Where files travel without a token: a host of its own under Microsoft's names, a path beside
 * Graph on loopback, where there is one origin only.
 */
export function storageRoot(base: string): string {
  const { hostname } = new URL(base);
  return ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
    ? `${base}/_storage`
    : "https://contoso-my.sharepoint.com";
}

export function downloadUrl(state: GraphState, base: string, drive: Drive, item: StoredItem) {
  const expires = state.world.now() + DOWNLOAD_LIFETIME_MS;
  const token = writeDownloadToken({ drive: drive.id, item: item.id, expires }, state.epoch);
  return `${storageRoot(base)}/download/${token}`;
}

const webUrlOf = (drive: Drive, path = "") => {
  const site = siteOf(drive.owner).href.replace(/\/$/, "");
  return path === "" ? site : `${site}/${path}`;
};

const identity = (drive: Drive) => ({
  user: {
    id: drive.owner.graphId,
    displayName: drive.owner.user.name,
    email: drive.owner.user.mail ?? drive.owner.user.upn,
  },
});

const driveType = (drive: Drive) => (drive.owner.personal ? "personal" : "business");

export const eTagOf = (item: StoredItem) =>
  `"{${stableGuid("etag", item.id).toUpperCase()}},${item.revision}"`;

const cTagOf = (item: StoredItem) =>
  `"c:{${stableGuid("etag", item.id).toUpperCase()}},${item.contentRevision}"`;

/** Content is never changed in place, so its hash is known for as long as it is. */
const hashes = new WeakMap<Uint8Array, string>();

function hashOf(bytes: Uint8Array): string {
  const hash = hashes.get(bytes) ?? quickXorHash(bytes);
  hashes.set(bytes, hash);
  return hash;
}

function sizeOf(drive: Drive, item: StoredItem): number {
  return item.bytes === undefined
    ? drive.children(item.id).reduce((sum, child) => sum + sizeOf(drive, child), 0)
    : item.bytes.length;
}

function parentReference(drive: Drive, item: StoredItem) {
  const common = { driveType: driveType(drive), driveId: drive.id };
  const parent = item.parentId === undefined ? undefined : drive.item(item.parentId);
  if (parent === undefined) return common;
  const names = drive.pathOf(parent).map(encodeURIComponent);
  return {
    ...common,
    id: parent.id,
    name: parent.name,
    path: names.length === 0 ? "/drive/root:" : `/drive/root:/${names.join("/")}`,
  };
}

/** A file or folder as Graph writes it. */
export function viewItem(
  state: GraphState,
  base: string,
  drive: Drive,
  item: StoredItem,
): Record<string, unknown> {
  const { createdDateTime, lastModifiedDateTime, bytes } = item;
  const { description, fileSystemInfo } = item.details;
  const path = drive.pathOf(item).map(encodeURIComponent).join("/");
  return {
    ...(bytes === undefined
      ? {}
      : { "@microsoft.graph.downloadUrl": downloadUrl(state, base, drive, item) }),
    id: item.id,
    name: item.name,
    ...(description ? { description } : {}),
    size: sizeOf(drive, item),
    createdDateTime,
    lastModifiedDateTime,
    webUrl: webUrlOf(drive, path),
    eTag: eTagOf(item),
    cTag: cTagOf(item),
    createdBy: identity(drive),
    lastModifiedBy: identity(drive),
    parentReference: parentReference(drive, item),
    fileSystemInfo: { createdDateTime, lastModifiedDateTime, ...defined(fileSystemInfo ?? {}) },
    ...(item.parentId === undefined ? { root: {} } : {}),
    ...(bytes === undefined
      ? { folder: { childCount: drive.children(item.id).length } }
      : { file: { mimeType: item.mimeType, hashes: { quickXorHash: hashOf(bytes) } } }),
  };
}

const QUOTA = 1_099_511_627_776;

/** GET /drive. */
export function viewDrive(drive: Drive): Record<string, unknown> {
  const root = drive.item("root");
  const used = root === undefined ? 0 : sizeOf(drive, root);
  return {
    createdDateTime: "2026-01-10T12:00:00Z",
    description: "",
    id: drive.id,
    lastModifiedDateTime: "2026-01-10T12:00:00Z",
    name: "OneDrive",
    webUrl: webUrlOf(drive),
    driveType: driveType(drive),
    createdBy: identity(drive),
    lastModifiedBy: identity(drive),
    owner: identity(drive),
    quota: { deleted: 0, remaining: QUOTA - used, state: "normal", total: QUOTA, used },
  };
}
