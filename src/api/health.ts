import { appHealthSchema } from "../contract/app-health-schema.ts";
import { operation } from "./operation.ts";

export const getAppHealth = operation({
  name: "getAppHealth",
  route: "GET /health/app",
  summary: "Which credentials work, how many connections wait for one, and what is not deployed",
  tag: "service",
  scope: "admin",
  // Whoever may look at the console sees the deployment's health.
  consoleScope: "connections:read",
  on: "service",
  input: {},
  form: "item",
  data: appHealthSchema.meta({ id: "AppHealth" }),
  answer: "Asked of Microsoft just now, and counted in the directory.",
  over: ["http", "client"],
  client: { of: "service", name: "appHealth" },
});
