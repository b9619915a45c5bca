import * as z from "zod";

/** A text column that holds JSON of a known shape. */
export const jsonColumn = <Schema extends z.ZodType>(schema: Schema) =>
  z
    .string()
    .transform((text): unknown => JSON.parse(text))
    .pipe(schema);

/**
 * Reads a column whose text seldom changes, and is read with every look at its row: the value of the last
 * text is remembered. It is shared by all who read it, and not to be changed.
 */
export function rememberingLast<Value>(read: (text: string) => Value): (text: string) => Value {
  let last: { text: string; value: Value } | undefined;
  return (text) => {
    if (last?.text !== text) last = { text, value: read(text) };
    return last.value;
  };
}
