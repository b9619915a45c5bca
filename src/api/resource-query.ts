import * as z from "zod";
import type { ResourceRow } from "../contract/azure-types.ts";
import { apiVersion, cursor, groupName, subscriptionId, textOf, wholeNumber } from "./fields.ts";
import { microsoft } from "./microsoft.ts";
import { operation } from "./operation.ts";

/** What Resource Graph takes of either. */
const mostScopes = 1_000;

export const queryResources = operation({
  name: "queryResources",
  route: "POST /resources/query",
  summary: "Ask Resource Graph, over many subscriptions at once",
  tag: "azure",
  scope: "arm:read",
  needs: { role: "Reader" },
  on: "connection",
  input: {
    query: textOf(8_192).meta({
      description: "Kusto: Resources | where type =~ 'Microsoft.Web/sites' | project id, name.",
    }),
    subscriptions: z
      .array(subscriptionId)
      .max(mostScopes)
      .optional()
      .meta({ description: "Default: all that the account may read." }),
    managementGroups: z
      .array(groupName)
      .max(mostScopes)
      .optional()
      .meta({ description: "Names of management groups, instead or besides." }),
    top: wholeNumber(1, 1_000).default(1_000).meta({ description: "Rows per page at most." }),
    cursor: cursor.meta({ description: "The next_cursor of the page before; the rest unchanged." }),
    apiVersion,
  },
  body: "rest",
  form: "list",
  data: microsoft<ResourceRow>("azure.ResourceRow"),
  answer: "Resource Graph's rows.",
  over: ["http", "rpc", "client"],
  client: { of: "arm", name: "query", args: ["query"] },
});
