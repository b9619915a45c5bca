import type { Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { encodedFilePath, graphPath, invalid, ownerPath } from "./path.ts";

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
