/** What follows an item's address. */
export type DriveAction =
  | "item"
  | "children"
  | "content"
  | "copy"
  | "createUploadSession"
  | "delta"
  | "search";

export type DriveAddress =
  | { kind: "drive" }
  /** Lists about the drive as a whole. */
  | { kind: "list"; name: DriveList }
  | {
      kind: "item";
      /** `root` or an item's id. */
      base: string;
      /** Names below it: `root:/Reports/a.txt:` gives two. */
      path: readonly string[];
      action: DriveAction;
      /** What a search is for. */
      query?: string;
    };

const lists = ["recent", "sharedWithMe"] as const;
export type DriveList = (typeof lists)[number];

const actions = new Set<string>(["children", "content", "copy", "createUploadSession", "delta"]);
const isAction = (text: string): text is DriveAction => actions.has(text);

/** `search(q='a b')`, a quote inside doubled; undefined for anything else. */
function searchIn(action: string): string | undefined {
  const text = /^(?:microsoft\.graph\.|graph\.)?search\(q=(?:'|%27)(.*)(?:'|%27)\)$/is.exec(
    action,
  )?.[1];
  if (text === undefined) return undefined;
  try {
    // A slash has to be encoded twice: a path is decoded once before it is cut.
    return decodeURIComponent(text).replaceAll("''", "'").replaceAll(/%2F/gi, "/");
  } catch {
    return undefined;
  }
}

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
  const list = lists.find((name) => rest === `/${name}`);
  if (list !== undefined) return { kind: "list", name: list };
  const ofDrive = searchIn(rest.slice(1));
  if (ofDrive !== undefined)
    return { kind: "item", base: "root", path: [], action: "search", query: ofDrive };
  const match = /^\/(?:root|items\/([^/:]+))(:\/[^:]*)?(?:(?<=\/[^:]*):)?(.*)$/.exec(rest);
  if (match === null) return undefined;
  const [, id, below, tail = ""] = match;
  const action = tail.replace(/^\//, "");
  const path = decodeNames(below?.slice(2) ?? "");
  const query = searchIn(action);
  if (path !== undefined && query !== undefined)
    return { kind: "item", base: id ?? "root", path, action: "search", query };
  if (path === undefined || (action !== "" && !isAction(action))) return undefined;
  return { kind: "item", base: id ?? "root", path, action: action === "" ? "item" : action };
}
