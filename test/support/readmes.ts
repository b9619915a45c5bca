import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const root = new URL("../..", import.meta.url).pathname;

/** The READMEs of the project by their path, the top one first. */
export const readmes: ReadonlyMap<string, string> = new Map(
  ["README.md", ...globSync("{src,test}/**/README.md", { cwd: root }).sort()].map((path) => [
    path,
    readFileSync(join(root, path), "utf8"),
  ]),
);
