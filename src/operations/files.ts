import { getFile, listFiles } from "../api/files.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const files = [
  serve(listFiles, (context, input) =>
    readPage(context, "/files", input, ({ path, ...query }) =>
      context.graph.files.list(path, query),
    ),
  ),
  serve(getFile, ({ graph }, { path, select }) => graph.files.stat(path, { select })),
] as const;
