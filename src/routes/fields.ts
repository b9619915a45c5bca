import * as z from "zod";
import { labelSchema, userIdSchema } from "../connection/connection-id.ts";

/** Parameters that many routes share. */

export const connectionFields = {
  user_id: userIdSchema
    .optional()
    .meta({ description: "The user; a user's own credential need not say it." }),
  label: labelSchema.optional().meta({ description: "The user's other account of this name." }),
  connection: z
    .string()
    .max(256)
    .optional()
    .meta({ description: "Instead of user_id and label: the id of the connection." }),
} as const;

const digits = /^\d{1,16}$/;

/** A whole number in a query: digits and nothing else, not even an empty text for 0. */
export function wholeNumber(least: number, most: number) {
  const expected = `must be a whole number from ${least} to ${most}`;
  return z.preprocess(
    (text) => (typeof text === "string" && digits.test(text) ? Number(text) : text),
    z.int(expected).min(least, expected).max(most, expected),
  );
}

export const topField = wholeNumber(1, 100)
  .default(25)
  .meta({ description: "Items per page at most." });

export const cursorField = z
  .string()
  .min(1)
  .max(16_384)
  .optional()
  .meta({ description: "The next_cursor of the page before; everything but the path is in it." });

export const apiVersionField = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}(-[a-z0-9.]+)?$/i, "must be a date, such as 2022-12-01")
  .optional()
  .meta({ description: "Instead of the version this service would choose." });

const text = z.string().min(1).max(8_192).optional();

/** Lists of Graph. */
export const graphListFields = {
  top: topField,
  cursor: cursorField,
  select: text.meta({ description: "Property names, separated by commas ($select)." }),
  filter: text.meta({ description: "An OData expression ($filter)." }),
  search: text.meta({ description: "What to search for ($search)." }),
  order_by: text.meta({ description: "An OData expression ($orderby)." }),
} as const;

/** Lists of Azure Resource Manager. */
export const armListFields = {
  top: topField,
  cursor: cursorField,
  api_version: apiVersionField,
} as const;

export const filterField = text.meta({ description: "An OData expression ($filter)." });
export const expandField = z
  .string()
  .min(1)
  .max(256)
  .optional()
  .meta({ description: "What else to tell of each item ($expand)." });
export const selectField = graphListFields.select;

export const subscriptionIdField = z
  .guid("must be a subscription's GUID")
  .meta({ description: "A subscription's GUID." });

export const resourceIdField = z
  .string()
  .min(1)
  .max(2_048)
  .meta({ description: "As Azure spells it: /subscriptions/…/providers/…." });

/** Microsoft's own item, its fields as Microsoft names them. */
export const item = z.looseObject({});

export const dataOf = (data: z.ZodType) => z.object({ success: z.literal(true), data });

export const listOf = (entry: z.ZodType = item) =>
  z.object({
    success: z.literal(true),
    data: z.array(entry),
    next_cursor: z.string().optional(),
  });

/** RFC 3339, UTC. */
export const timeField = z.iso.datetime();

/** A long-running operation that is not over. */
export const operationSchema = z.object({
  operation: z.string().meta({ description: "To poll: GET /operations?id=." }),
  status: z.string().meta({ description: "Azure's own word: Accepted, InProgress…" }),
  percent_complete: z.number().optional(),
  retry_after: z.number().optional().meta({ description: "Seconds." }),
});
