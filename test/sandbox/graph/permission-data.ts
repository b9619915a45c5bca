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

const listed = (operation: string) =>
  alikeOperations(operation)
    .map((one) => operations[one])
    .find((permissions) => permissions !== undefined);

/**
 * Permissions for an operation; each alone is enough, and none means that callers of this kind
 * have no use of it.
 *
 * @param operation method and path template: `GET /me/messages/{id}`
 * @returns undefined when the data list neither the operation nor one alike
 */
export const permissionsFor = (operation: string, scheme: Scheme): readonly string[] | undefined =>
  listed(operation)?.[scheme];

/** The permissions that Microsoft calls least privileged, for work accounts. */
export const leastPermissionsFor = (operation: string): readonly string[] =>
  listed(operation)?.least ?? [];
