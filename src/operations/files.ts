import type { DriveItem } from "@microsoft/microsoft-graph-types";
import type { UploadBody } from "../graph/byte-source.ts";
import { readPage, type Page } from "./page.ts";
import type { GraphListQuery } from "./people.ts";
import type { Target } from "./target.ts";

export interface FilesQuery extends GraphListQuery {
  /** Of a folder, from the root of the drive; empty for the root. */
  path: string;
}

export const listFiles = (target: Target, query: FilesQuery): Promise<Page<DriveItem>> =>
  readPage({ ...target, list: "/files" }, query, ({ path, ...options }) =>
    target.graph.files.list(path, options),
  );

/** A file's bytes, streaming; 206 for a range. */
export const downloadFile = (
  { graph }: Target,
  { path, range }: { path: string; range?: string | undefined },
): Promise<Response> => graph.files.download(path, { range });

export const uploadFile = (
  { graph }: Target,
  file: { path: string; body: UploadBody; size: number; contentType?: string | undefined },
): Promise<DriveItem> =>
  graph.files.upload(file.path, file.body, file.size, { contentType: file.contentType });
