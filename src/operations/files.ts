import { deleteFile, getFile, listFiles, searchFiles } from "../api/files.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const files = [
  serve(listFiles, (context, input) =>
    readPage(context, "/files", input, ({ path, ...query }) =>
      context.graph.files.list(path, query),
    ),
  ),
  serve(getFile, ({ graph }, { path, select }) => graph.files.stat(path, { select })),
  serve(searchFiles, (context, input) =>
    readPage(context, "/files/search", input, ({ query, ...options }) =>
      context.graph.files.search(query, options),
    ),
  ),
  serve(deleteFile, async ({ graph }, { path }) => {
    await graph.files.delete(path);
    return { deleted: true as const };
  }),
] as const;
