import * as z from "zod";
import { readLocal } from "./calendar/time-zone.ts";

/** What fields of several kinds of bodies are made of. */

/** One of some names, in any case: `Text`, `HTML`. */
export const lowered = <const Names extends readonly [string, ...string[]]>(...names: Names) =>
  z.preprocess((value) => (typeof value === "string" ? value.toLowerCase() : value), z.enum(names));

/** A field whose absence, or null, means a value. */
export const orElse = <Inner extends z.ZodType, Usual extends z.infer<Inner> | undefined>(
  inner: Inner,
  usual: Usual,
) => inner.nullish().transform((value) => value ?? usual);

/** A time that a clock in its zone shows. */
export const dateTimeTimeZone = z.object({
  dateTime: z.string().refine((text) => readLocal(text.replace(/Z$/, "")) !== undefined, {
    error: "is no date and time",
  }),
  timeZone: z.string(),
});
