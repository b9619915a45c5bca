import * as z from "zod";
import { cursor } from "../api/fields.ts";
import type { Page } from "../api/operation.ts";
import { defined } from "../contract/defined.ts";
import type { ToolOutput } from "./tool.ts";

/** Arguments and results that many tools share. */

/** Items at most that an agent gets when it does not say how many. */
const fewItems = 10;
const mostItems = 50;
/** UTF-16 units of a result: beyond it clients cut, and say nothing. */
export const mostCharacters = 60_000;

export const listInput = {
  top: z.int().min(1).max(mostItems).default(fewItems),
  cursor: cursor.meta({
    description: "next_cursor; repeat the other arguments.",
  }),
} as const;

/** The result of a list. */
export const listOutput = (item: Readonly<Record<string, z.ZodType>>) =>
  z.object({
    items: z.array(z.object(item)),
    next_cursor: z.string().optional(),
    hint: z.string().optional(),
  });

/** What repairs a connection. */
export const remedy = z.looseObject({ action: z.string(), message: z.string() });

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

type Shape = Readonly<Record<string, z.ZodType>>;

/**
 * What an item of Microsoft's comes to for an agent: the fields of its shape that have the right form.
 * Microsoft's answers are not checked before, and one odd field costs no agent the others.
 *
 * @param shape of optional fields
 */
export function lean(shape: Shape, source: Readonly<Record<string, unknown>>): ToolOutput {
  const kept: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(shape)) {
    const parsed = schema.safeParse(source[name] ?? undefined);
    if (parsed.success && parsed.data !== undefined) kept[name] = parsed.data;
  }
  return kept;
}

export const words = z.string().optional();
export const flag = z.boolean().optional();
export const count = z.number().optional();
export const texts = z.array(z.string()).optional();
export const tags = z.record(z.string(), z.string()).optional();

/** A moment, or the midnight in UTC that a date begins with. */
export const moment = z.union(
  [z.iso.datetime({ offset: true }), z.iso.date()],
  "must be an RFC 3339 time such as 2026-11-30T09:00:00Z, or a date",
);

/** A text that fits into a conversation. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;

/** A string of OData in quotes: a quote inside is doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
