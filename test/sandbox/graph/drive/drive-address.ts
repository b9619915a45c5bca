/** What follows an item's address. */
export type DriveAction = "item" | "children" | "content" | "createUploadSession" | "delta";

export type DriveAddress =
  | { kind: "drive" }
  | {
      kind: "item";
      /** `root` or an item's id. */
      base: string;
      /** Names below it: `root:/Reports/a.txt:` gives two. */
      path: readonly string[];
      action: DriveAction;
    };

const actions = new Set<string>(["children", "content", "createUploadSession", "delta"]);
const isAction = (text: string): text is DriveAction => actions.has(text);

/** Undefined when a name is no proper percent-encoding. */
function decodeNames(path: string): string[] | undefined {
  try {
    return path
      .split("/")
      .filter((name) => name !== "")
      .map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

/**
 * Parses what follows `/drive` in a URL's path, undecoded:
 * `/root`, `/items/{id}/children`, `/root:/Reports/a.txt:/content`, `/items/{id}:/a.txt`.
 */
export function parseDriveAddress(rest: string): DriveAddress | undefined {
  if (rest === "" || rest === "/") return { kind: "drive" };
  if (rest === "/delta") return { kind: "item", base: "root", path: [], action: "delta" };
  const match = /^\/(?:root|items\/([^/:]+))(:\/[^:]*)?(?:(?<=\/[^:]*):)?(.*)$/.exec(rest);
  if (match === null) return undefined;
  const [, id, below, tail = ""] = match;
  const action = tail.replace(/^\//, "");
  const path = decodeNames(below?.slice(2) ?? "");
  if (path === undefined || (action !== "" && !isAction(action))) return undefined;
  return { kind: "item", base: id ?? "root", path, action: action === "" ? "item" : action };
}
