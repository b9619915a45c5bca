import type { Tool } from "../tool.ts";
import { apiTools } from "./api.ts";
import { armTools } from "./arm.ts";
import { calendarTools } from "./calendar.ts";
import { connectionTools } from "./connection.ts";
import { fileTools } from "./files.ts";
import { keyvaultTools } from "./keyvault.ts";
import { mailTools } from "./mail.ts";
import { peopleTools } from "./people.ts";
import { watchTools } from "./watch.ts";

/** Every tool, in the order in which agents see them. */
export const allTools: readonly Tool[] = [
  ...connectionTools,
  ...mailTools,
  ...calendarTools,
  ...fileTools,
  ...peopleTools,
  ...armTools,
  ...watchTools,
  ...keyvaultTools,
  ...apiTools,
];
