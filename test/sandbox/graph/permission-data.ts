import * as z from "zod";
import data from "./permissions.json" with { type: "json" };
import { alikeOperations } from "./listed-operation.ts";

/** The kinds of callers that Microsoft grants permissions to. */
export type Scheme = "work" | "personal" | "application";

const names = z.array(z.string());
/** By method and path template, as Microsoft lists them; `least` are the least of `work`. */
const operations = z
  .record(
    z.string(),
    z.strictObject({ work: names, personal: names, application: names, least: names }),
  )
  .parse(data);

/**
 * The operation of Microsoft's data that decides about a request.
 *
 * @param operation method and path template: `GET /me/messages/{id}`
 * @throws RangeError when the data list neither it nor one alike
 */
export function listedOperation(operation: string): string {
  const listed = alikeOperations(operation).find((one) => Object.hasOwn(operations, one));
  if (listed === undefined) throw new RangeError(`no permissions are known for ${operation}`);
  return listed;
}

/** Permissions for an operation; each alone is enough. Empty: not for callers of this kind. */
export function permissionsFor(operation: string, scheme: Scheme): readonly string[] {
  return operations[listedOperation(operation)]?.[scheme] ?? [];
}

/** The permissions that Microsoft calls least privileged, for work accounts. */
export function leastPermissionsFor(operation: string): readonly string[] {
  return operations[listedOperation(operation)]?.least ?? [];
}
