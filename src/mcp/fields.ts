import * as z from "zod";
import { cursor } from "../api/fields.ts";
import type { Page } from "../api/operation.ts";
import { defined } from "../contract/defined.ts";
import { isRecord } from "../http/json.ts";
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
 * rest; then it has no cursor, which would skip what was left out. What is no item at all is left out.
 */
export function listOf<Item>(
  { data, nextCursor }: Page<Item>,
  lean: (item: Item) => ToolOutput,
): ToolOutput {
  const all = data.filter(isRecord);
  const items: ToolOutput[] = [];
  const missing = new Set<string>();
  let size = 0;
  for (const item of all) {
    const { fits, left } = fitting(lean(item), mostCharacters);
    size += sizeOf(fits);
    // The first is always given: an agent that got none could never pass it.
    if (size > mostCharacters && items.length > 0) break;
    items.push(fits);
    for (const name of left) missing.add(name);
  }
  const hints = [
    ...(items.length < all.length
      ? [
          `Cut after ${items.length} of ${all.length}: ask again with top: ${items.length}, or narrower.`,
        ]
      : []),
    ...(missing.size > 0
      ? [`Too long to show here, in some items: ${[...missing].join(", ")}.`]
      : []),
  ];
  return {
    items,
    ...(items.length === all.length && defined({ next_cursor: nextCursor })),
    ...(hints.length > 0 && { hint: hints.join(" ") }),
  };
}

/** UTF-16 units of a value in a result. */
export const sizeOf = (value: unknown): number => JSON.stringify(value).length;

/** An object without its longest fields, as far as it has to lose them to fit, and their names. */
export function fitting(whole: ToolOutput, most: number): { fits: ToolOutput; left: string[] } {
  const left: string[] = [];
  let fits = whole;
  while (sizeOf(fits) > most) {
    const [longest] = Object.keys(fits).toSorted((a, b) => sizeOf(fits[b]) - sizeOf(fits[a]));
    if (longest === undefined) break;
    left.push(longest);
    fits = Object.fromEntries(Object.entries(fits).filter(([name]) => name !== longest));
  }
  return { fits, left };
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

/** What of a list of Microsoft's is text. */
export const textsOf = (list: unknown): string[] =>
  Array.isArray(list) ? list.filter((one) => typeof one === "string") : [];

export const words = z.string().optional();
export const flag = z.boolean().optional();
export const count = z.number().optional();
export const texts = z.array(z.string()).optional();
export const tags = z.record(z.string(), z.string()).optional();

/** A moment, or the midnight in UTC that a date begins with. */
export const moment = z
  .union(
    [z.iso.datetime({ offset: true }), z.iso.date()],
    "must be an RFC 3339 time such as 2026-11-30T09:00:00Z, or a date",
  )
  // An offset can lead out of the years that have four digits, which Microsoft knows no others of.
  .refine(
    (text) => /^(?!0000)\d{4}-/.test(new Date(text).toISOString()),
    "must be in the years 1 to 9999",
  );

/** A text that fits into a conversation. */
export const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;

/** The same for a text whose quotes and control characters grow when it is written as JSON. */
export function cutAsJson(text: string, most: number): string {
  if (sizeOf(text) <= most) return text;
  let [fits, tooMany] = [0, Math.min(text.length, most)];
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (sizeOf(text.slice(0, middle)) < most) fits = middle;
    else tooMany = middle;
  }
  return cut(text, fits);
}

/** A string of OData in quotes: a quote inside is doubled. */
export const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
