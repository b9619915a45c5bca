import type { DriveItem } from "@microsoft/microsoft-graph-types";
import { graphList, textOf } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

const ofFiles = ["Files.Read", "Files.ReadWrite", "Files.Read.All", "Files.ReadWrite.All"] as const;

export const listFiles = operation({
  name: "listFiles",
  route: "GET /files",
  summary: "What is in a folder",
  tag: "files",
  scope: "graph:read",
  needs: {
    delegated: [...ofFiles, "Sites.Read.All", "Sites.ReadWrite.All"],
    personal: ofFiles,
  },
  on: "connection",
  input: {
    ...graphList,
    path: textOf(1_024, 0).default("").meta({
      description: "From the root of the drive, such as Documents/Reports; default the root.",
    }),
  },
  form: "list",
  data: microsoft<DriveItem>("graph.DriveItem"),
  answer: "Graph's drive items.",
  over: ["http", "client"],
  client: { of: "graph", name: "files" },
});
