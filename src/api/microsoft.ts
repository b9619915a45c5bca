import * as z from "zod";

/**
 * A document of Microsoft's, its fields as Microsoft names them. Its shape is not
 * checked, and nothing here relies on it.
 *
 * @param type what the client's declarations call it, and where that type is from
 * @param fields those that are checked when a caller sends one; Microsoft judges the others
 */
export function microsoft<Value extends object>(
  type: `${"graph" | "azure"}.${string}`,
  fields: Readonly<Record<string, z.ZodType>> = {},
): z.ZodType<Value, Value> {
  return z.looseObject({ ...fields }).meta({ microsoft: type }) as unknown as z.ZodType<
    Value,
    Value
  >;
}
