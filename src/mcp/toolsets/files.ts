import type { DriveItem } from "@microsoft/microsoft-graph-types";
import * as z from "zod";
import { textOf } from "../../api/fields.ts";
import { getFile, listFiles } from "../../api/files.ts";
import { defined } from "../../contract/defined.ts";
import { count, lean, listInput, listOf, listOutput, words } from "../fields.ts";
import { tool, type ToolOutput } from "../tool.ts";

const shape = {
  id: words,
  name: words,
  kind: z.enum(["file", "folder"]).optional(),
  size: count,
  modified: words,
} as const;
const fields = "id,name,size,lastModifiedDateTime,folder,file";

const head = (item: DriveItem): ToolOutput => ({
  id: item.id,
  name: item.name,
  kind: item.folder === undefined || item.folder === null ? "file" : "folder",
  size: item.size,
  modified: item.lastModifiedDateTime,
});

const path = textOf(1_024).meta({ description: "From the root: Documents/Report.docx." });

const list = tool({
  name: "files_list",
  toolset: "files",
  title: "List files",
  description: "What is in a folder of the person's OneDrive.",
  scope: listFiles.scope,
  openWorld: true,
  input: {
    path: textOf(1_024, 0).default("").meta({ description: "Of the folder; default the root." }),
    ...listInput,
  },
  output: listOutput(shape),
  run: async (call, { cursor, ...query }) => {
    const asked = { ...query, select: fields, ...defined({ cursor }) };
    const page = await call.operation(listFiles, asked);
    return listOf(page, (item) => lean(shape, head(item)));
  },
});

const one = {
  ...shape,
  mime_type: words,
  created: words,
  children: count.meta({ description: "In a folder." }),
} as const;

const get = tool({
  name: "files_get",
  toolset: "files",
  title: "Get a file's data",
  description: "Size, times and type of one file or folder; not its content.",
  scope: getFile.scope,
  openWorld: true,
  input: { path },
  output: z.object(one),
  run: async (call, input) => {
    const item = await call.operation(getFile, {
      ...input,
      select: `${fields},createdDateTime`,
    });
    return lean(one, {
      ...head(item),
      mime_type: item.file?.mimeType,
      created: item.createdDateTime,
      children: item.folder?.childCount,
    });
  },
});

const getLink = tool({
  name: "files_get_link",
  toolset: "files",
  title: "Get a file's link",
  description: "Where the person opens the file in a browser, signed in. It gives nobody access.",
  scope: getFile.scope,
  openWorld: true,
  input: { path },
  output: z.object({ name: words, web_url: words }),
  run: async (call, input) => {
    const item = await call.operation(getFile, { ...input, select: "id,name,webUrl" });
    return lean({ name: words, web_url: words }, { name: item.name, web_url: item.webUrl });
  },
});

export const fileTools = [list, get, getLink];
