import { queryResources } from "../api/resource-query.ts";
import { readPage } from "./page.ts";
import { serve } from "./serve.ts";

export const resourceQuery = [
  serve(queryResources, (context, { query, top, cursor, ...scope }) => {
    // What is asked is bound to the cursor, not in it: it would not fit.
    const list = `/resources/query ${JSON.stringify({ query, ...scope })}`;
    return readPage(context, list, { top, cursor }, () =>
      context.arm.resourceGraph.query(query, scope),
    );
  }),
] as const;
