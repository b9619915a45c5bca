import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The project's own folder, with a slash at its end. */
export const projectRoot = fileURLToPath(new URL("../..", import.meta.url).href);

/** Files of the project below a folder, by their paths from the project's own. */
export const filesBelow = (folder: string, ending: string): string[] =>
  readdirSync(`${projectRoot}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => `${folder}/${name}`)
    .toSorted();

/** @param path from the project's own folder */
export const textOfFile = (path: string): string => readFileSync(`${projectRoot}${path}`, "utf8");
