import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { encodedFilePath, graphPath, invalid, notText, ownerPath } from "./path.ts";

/** Whose drive. */
export interface DrivePlace {
  drive: string | undefined;
  user: string | null | undefined;
}

/** The path of Graph for a path of the drive: `/me/drive/root:/a/b:/children`. */
export function itemPath(
  path: string,
  { drive, user }: DrivePlace,
  action = "",
): Result<string, Failure> {
  const root =
    drive === undefined
      ? ownerPath(user, "/drive/root")
      : graphPath("/drives/{drive}/root", { drive });
  const inside = encodedFilePath(path);
  if (!root.ok) return root;
  if (!inside.ok) return inside;
  if (inside.value === "") return ok(`${root.value}${action}`);
  return ok(`${root.value}:/${inside.value}${action === "" ? "" : `:${action}`}`);
}

/** The same for what must be a file: the root is `invalid_request` for `path`. */
export const filePath = (path: string, drive: DrivePlace, action = ""): Result<string, Failure> =>
  path.replaceAll("/", "") === ""
    ? err(invalid("path", '"path" must name a file.'))
    : itemPath(path, drive, action);

/** The path of Graph for a search of the whole drive: `/me/drive/root/search(q='a b')`. */
export function searchPath(query: string, drive: DrivePlace): Result<string, Failure> {
  if (!query.isWellFormed()) return err(notText("query"));
  if (query.trim() === "") return err(invalid("query", '"query" must not be blank.'));
  // A quote inside is doubled; Graph decodes a path once before it looks for the slashes.
  const quoted = encodeURIComponent(query.replaceAll("'", "''")).replaceAll("%2F", "%252F");
  return itemPath("", drive, `/search(q='${quoted}')`);
}
