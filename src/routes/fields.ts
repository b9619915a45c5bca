import * as z from "zod";
import { isApiVersion } from "../arm/api-version.ts";
import { longestSession } from "../callers/session.ts";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { scopes } from "../contract/scope.ts";

/** Parameters that many routes share, and RPC methods with them: what one refuses, so does the other. */

/**
 * Text of a bounded length. It may go into a URL, which can hold no half of a surrogate pair.
 *
 * @param most UTF-16 units
 */
export const textField = (most: number, least = 1) =>
  z
    .string()
    .min(least)
    .max(most)
    .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

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

export const cursorField = textField(16_384)
  .optional()
  .meta({ description: "The next_cursor of the page before; everything but the path is in it." });

export const apiVersionField = z
  .string()
  .refine(isApiVersion, "must be a date, such as 2022-12-01")
  .optional()
  .meta({ description: "Instead of the version this service would choose." });

const text = textField(8_192).optional();

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
export const expandField = textField(256)
  .optional()
  .meta({ description: "What else to tell of each item ($expand)." });
export const selectField = graphListFields.select;

/** Of a person, or their principal name. */
export const personIdField = textField(256);

export const folderField = textField(512)
  .optional()
  .meta({ description: "Id or well-known name: inbox, sentitems…" });

/** A moment, or a day. */
export const whenField = z.iso
  .datetime({ offset: true, local: true, error: "must be an ISO 8601 time" })
  .or(z.iso.date())
  .optional();

export const timeZoneField = textField(64)
  .optional()
  .meta({ description: "Windows or IANA name of the zone in which times are told; default UTC." });

export const groupNameField = textField(90);

export const flowField = textField(256);

/** What a session may be minted with. */
export const sessionFields = {
  scopes: z.array(z.enum(scopes)).max(scopes.length).optional(),
  ttl: z
    .int()
    .min(1)
    .max(longestSession)
    .optional()
    .meta({ description: `Seconds; default ${longestSession}.` }),
} as const;

export const subscriptionIdField = z
  .guid("must be a subscription's GUID")
  .meta({ description: "A subscription's GUID." });

export const resourceIdField = textField(2_048).meta({
  description: "As Azure spells it: /subscriptions/…/providers/….",
});

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
