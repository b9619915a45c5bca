import type { Tool } from "../tool.ts";
import { connectionTools } from "./connection.ts";

/** Every tool, in the order in which agents see them. */
export const allTools: readonly Tool[] = [...connectionTools];
