import * as z from "zod";

/** The envelopes of answers, for the document. */

/** A page of a list. */
export const listSchema = (entry: z.ZodType) =>
  z.object({
    success: z.literal(true),
    data: z.array(entry),
    next_cursor: z.string().optional(),
  });
/** One result. */
export const dataSchema = (data: z.ZodType) => z.object({ success: z.literal(true), data });

/** A long-running operation that is not over. */
export const runningSchema = z.object({
  operation: z.string().meta({ description: "To poll: GET /operations?id=." }),
  status: z.string().meta({ description: "Azure's own word: Accepted, InProgress…" }),
  percent_complete: z.number().optional(),
  retry_after: z.number().optional().meta({ description: "Seconds." }),
});

/** Events, and whether some before them are lost. */
export const eventsSchema = (entry: z.ZodType) =>
  z.object({
    success: z.literal(true),
    data: z.array(entry),
    truncated: z.literal(true).optional(),
  });
