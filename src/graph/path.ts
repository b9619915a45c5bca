import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";

export const invalid = (field: string, message: string): Failure =>
  failure("invalid_request", message, { details: { field } });

/** A lone surrogate is no character, so no URL can hold it. */
export const notText = (field: string): Failure =>
  invalid(field, `"${field}" is not well-formed Unicode.`);

/** Whether a value, decoded by a careless server, would climb out of its place in a path. */
const climbs = (value: string): boolean =>
  value.split(/[/\\]/).some((part) => part === "." || part === "..");

/** A segment such as `$count` or `$value` is a word of OData's, however it is encoded, and no id. */
const isODataWord = (value: string): boolean => /^\$[a-z]/i.test(value);

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const controlCharacters = /[\u0000-\u001f\u007f]/;

/**
 * A Graph path with its parameters filled in, each as one encoded segment.
 *
 * @param template `/users/{user}/messages/{id}`
 * @returns the path; or `invalid_request` whose `details.field` is the parameter's name
 */
export function graphPath(
  template: string,
  parameters: Readonly<Record<string, string>> = {},
): Result<string, Failure> {
  let path = template;
  for (const [name, value] of Object.entries(parameters)) {
    if (!value.isWellFormed()) return err(notText(name));
    if (value === "" || isODataWord(value) || climbs(value) || controlCharacters.test(value)) {
      return err(invalid(name, `"${name}" is not an id.`));
    }
    path = path.replace(`{${name}}`, () => encodedId(value));
  }
  return ok(path);
}

/**
 * An id as one segment. Graph decodes a path once before it looks for the slashes, so that a slash
 * in an id, which those of Outlook's items can hold, has to be encoded twice.
 */
const encodedId = (id: string): string => encodeURIComponent(id).replaceAll("%2F", "%252F");

/**
 * A path below the signed-in user, or below another user where the token allows it.
 *
 * @param user id or principal name; undefined: the signed-in user; null: there is none
 * @returns `invalid_request` naming `user` where there is none
 */
export function ownerPath(
  user: string | null | undefined,
  template: string,
  parameters: Readonly<Record<string, string>> = {},
): Result<string, Failure> {
  if (user === undefined) return graphPath(`/me${template}`, parameters);
  if (user !== null) return graphPath(`/users/{user}${template}`, { user, ...parameters });
  return err(
    invalid("user", '"user" is required: nobody is signed in here, so somebody has to be named.'),
  );
}

/**
 * A file path of a person (`Documents/Q1 report.docx`) as encoded segments joined by `/`, without
 * slashes at the ends; empty for the root.
 *
 * @returns the path; or `invalid_request` for `path`
 */
export function encodedFilePath(path: string): Result<string, Failure> {
  if (!path.isWellFormed()) return err(notText("path"));
  if (path.includes("\\") || climbs(path) || controlCharacters.test(path)) {
    return err(invalid("path", `"path" must name a file or folder by its names from the root.`));
  }
  const names = path.split("/").filter((name) => name !== "");
  return ok(names.map((name) => encodeURIComponent(name)).join("/"));
}
