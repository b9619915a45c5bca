import * as z from "zod";
import { isApiVersion } from "../contract/api-version.ts";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";

/** Fields that many operations share. */

/**
 * Text of a bounded length. It may go into a URL, which can hold no half of a surrogate pair.
 *
 * @param most UTF-16 units
 * @param least default 1; 0 where it may be empty
 */
export const textOf = (most: number, least: 0 | 1 = 1) =>
  z
    .string()
    .min(least, "must not be empty")
    .max(most, `must have at most ${most} characters`)
    .refine((text) => text.isWellFormed(), "must be well-formed Unicode");

/** How a request says whose connection it means, on routes without one in their path. */
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
  as: textOf(256).optional().meta({
    description:
      "On a tenant's connection: the user whose own data are meant, by id or sign-in name.",
  }),
} as const;

const digits = /^\d{1,16}$/;

/** A whole number, as such or as digits: queries know nothing but text. */
export function wholeNumber(least: number, most: number) {
  const expected = `must be a whole number from ${least} to ${most}`;
  return z
    .preprocess(
      (text) => (typeof text === "string" && digits.test(text) ? Number(text) : text),
      z.int(expected).min(least, expected).max(most, expected),
    )
    .meta({ type: "integer", minimum: least, maximum: most });
}

export const top = wholeNumber(1, 100).default(25).meta({ description: "Items per page at most." });

export const cursor = textOf(16_384)
  .optional()
  .meta({ description: "The next_cursor of the page before; everything but the path is in it." });

export const apiVersion = z
  .string()
  .refine(isApiVersion, "must be a date, such as 2022-12-01")
  .optional()
  .meta({ description: "Instead of the version this service would choose." });

/** OData is passed on as it is: Microsoft judges it. */
export const text = textOf(8_192).optional();

export const select = text.meta({ description: "Property names, separated by commas ($select)." });
export const filter = text.meta({ description: "An OData expression ($filter)." });

export const expand = textOf(256)
  .optional()
  .meta({ description: "What else to give of each item ($expand)." });

/** Lists of Graph. */
export const graphList = {
  top,
  cursor,
  select,
  filter,
  search: text.meta({ description: "What to search for ($search)." }),
  orderBy: text.meta({ description: "An OData expression ($orderby)." }),
} as const;

/** Lists of Azure Resource Manager. */
export const armList = { top, cursor, apiVersion } as const;

export const subscriptionId = z
  .guid("must be a subscription's GUID")
  .meta({ description: "A subscription's GUID." });

export const resourceId = textOf(2_048).meta({
  description: "As Azure spells it: /subscriptions/…/providers/….",
});

export const groupName = textOf(90);

/** What one access token is for. */
export const resource = textOf(512).meta({
  description: "graph, arm, vault, storage, or an https:// App ID URI.",
});
