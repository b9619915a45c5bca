import * as z from "zod";
import { cursor } from "../api/fields.ts";
import type { Page } from "../api/operation.ts";
import { defined } from "../contract/defined.ts";
import { remedyActions } from "../contract/remedy.ts";
import type { ToolOutput } from "./tool.ts";

/** Arguments and results that many tools share. */

/** Items at most that an agent gets when it does not say how many. */
const fewItems = 10;
const mostItems = 50;
/** UTF-16 units of a result: beyond it clients cut, and say nothing. */
export const mostCharacters = 60_000;

export const listInput = {
  top: z.int().min(1).max(mostItems).default(fewItems),
  cursor: cursor.meta({ description: "next_cursor of the page before." }),
} as const;

/** The result of a list. */
export const listOutput = (item: Readonly<Record<string, z.ZodType>>) =>
  z.object({
    items: z.array(z.object(item)),
    next_cursor: z.string().optional(),
    hint: z.string().optional(),
  });

/** What repairs a connection. */
export const remedy = z.looseObject({ action: z.enum(remedyActions), message: z.string() });

/**
 * A page as a result. Where it is too long for a conversation it ends early and says how to get the
 * rest; then it has no cursor, which would skip what was left out.
 */
export function listOf<Item>(
  { data, nextCursor }: Page<Item>,
  lean: (item: Item) => ToolOutput,
): ToolOutput {
  const items: ToolOutput[] = [];
  let size = 0;
  for (const item of data) {
    const made = lean(item);
    size += JSON.stringify(made).length;
    if (size > mostCharacters) break;
    items.push(made);
  }
  if (items.length < data.length) {
    const hint = `Cut after ${items.length} of ${data.length}: ask again with top: ${Math.max(1, items.length)}, or narrower.`;
    return { items, hint };
  }
  return { items, ...defined({ next_cursor: nextCursor }) };
}
