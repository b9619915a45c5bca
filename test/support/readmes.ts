import { filesBelow, textOfFile } from "./source-files.ts";

/** The READMEs of the project by their path, the top one first. */
export const readmes: ReadonlyMap<string, string> = new Map(
  ["README.md", ...filesBelow("src", "README.md"), ...filesBelow("test", "README.md")].map(
    (path) => [path, textOfFile(path)],
  ),
);
