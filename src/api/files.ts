import type { DriveItem } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { cursor, graphList, select, textOf, top } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const ofFiles = ["Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All"] as const;

const ofSites = ["Sites.Read.All", "Sites.ReadWrite.All"] as const;

const reads = { tag: "files", scope: "graph:read", on: "connection" } as const;
const driveItem = microsoft<DriveItem>("graph.DriveItem");

export const listFiles = operation({
  ...reads,
  name: "listFiles",
  route: "GET /files",
  summary: "What is in a folder",
  needs: { delegated: [...ofFiles, ...ofSites], personal: ofFiles },
  input: {
    ...graphList,
    path: textOf(1_024, 0).default("").meta({
      description: "From the root of the drive, such as Documents/Reports; default the root.",
    }),
  },
  form: "list",
  data: driveItem,
  answer: "Graph's drive items.",
  over: ["http", "client"],
  client: { of: "graph", name: "files" },
});

export const getFile = operation({
  ...reads,
  name: "getFile",
  route: "GET /files/item",
  summary: "One file or folder: name, size, times, address; not its content",
  needs: {
    delegated: [...ofFiles, "Group.Read.All", "Group.ReadWrite.All", ...ofSites],
    personal: ofFiles,
  },
  input: {
    path: textOf(1_024).meta({ description: "From the root of the drive." }),
    select,
  },
  form: "item",
  data: driveItem,
  answer: "Graph's drive item.",
  over: ["http", "client"],
  client: { of: "graph", name: "file", args: ["path"] },
});

export const searchFiles = operation({
  ...reads,
  name: "searchFiles",
  route: "GET /files/search",
  summary: "Files and folders anywhere in the drive, by name and content",
  needs: { delegated: [...ofFiles, ...ofSites], personal: ofFiles },
  input: {
    top,
    cursor,
    select,
    query: textOf(256).meta({ description: "Words to look for." }),
  },
  form: "list",
  data: driveItem,
  answer: "Graph's drive items.",
  over: ["http", "rpc", "client"],
  client: { of: "graph", name: "searchFiles" },
});

export const deleteFile = operation({
  ...reads,
  scope: "graph:write",
  name: "deleteFile",
  route: "DELETE /files/item",
  summary: "Delete a file, or a folder with all that is in it",
  needs: { delegated: ["Files.ReadWrite", "Files.ReadWrite.All"] },
  input: { path: textOf(1_024).meta({ description: "From the root of the drive." }) },
  form: "item",
  data: z.object({ deleted: z.literal(true) }),
  answer: "It is in the recycle bin.",
  over: ["http", "client"],
  client: { of: "graph", name: "deleteFile", args: ["path"] },
});
