import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The state folder, which this process alone uses until it ends. */
export interface StateFolder {
  release(): void;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error ? String(error.code) : String(error);

/** Level by level: Node's own `recursive` never ends where a parent refuses without a reason, as in /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return;
  if (dirname(folder) !== folder) makeFolder(dirname(folder));
  mkdirSync(folder);
}

const sqliteBusy = 5;
const isBusy = (error: unknown): boolean =>
  error instanceof Error && "errcode" in error && error.errcode === sqliteBusy;

/**
 * Claims a folder for one process: two on the same databases would spoil them. The claim is a lock
 * of the operating system's on a file in it, so that it ends with the process however that ends.
 *
 * @param holder who claims, for the words of whoever comes second: "npm start, process 7 at …"
 * @throws Error in plain words when another holds it, or when it cannot be written to
 */
export function claimStateFolder(folder: string, holder: string): StateFolder {
  const note = join(folder, "in-use.txt");
  const cannotWrite = (cause: unknown) =>
    new Error(
      `the state folder ${folder} cannot be written to (${codeOf(cause)}); set STATE_DIRECTORY to one that can`,
      { cause },
    );
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(folder);
    lock = new DatabaseSync(join(folder, "in-use.lock"));
    lock.exec("BEGIN EXCLUSIVE");
    writeFileSync(note, holder);
  } catch (error) {
    lock?.close();
    if (!isBusy(error)) throw cannotWrite(error);
    const other = textOf(note) ?? "another program";
    throw new Error(
      `the state folder ${folder} is in use by ${other}; end that, or set STATE_DIRECTORY to another folder`,
      { cause: error },
    );
  }
  const held = lock;
  return {
    release: () => {
      rmSync(note, { force: true });
      held.close();
    },
  };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
