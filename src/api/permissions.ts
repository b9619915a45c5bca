import * as z from "zod";
import { textOf } from "./fields.ts";
import { operation } from "./operation.ts";

export const getPermission = operation({
  name: "getPermission",
  route: "GET /permissions",
  summary: "Which delegated permission of Graph a call needs",
  tag: "service",
  scope: "connections:read",
  consoleScope: "connections:read",
  on: "service",
  input: {
    method: z.enum(["GET", "POST", "PUT", "PATCH", "DELETE"]).default("GET"),
    path: textOf(2_048).meta({ description: "Graph's, such as me/messages." }),
  },
  form: "item",
  data: z.object({ permission: z.string().nullable() }).meta({ id: "Permission" }),
  answer: "The least one that is enough; null where this service does not know it.",
  over: ["http"],
});
