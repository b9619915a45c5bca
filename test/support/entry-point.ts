import { dirname, join } from "node:path";
import { textOfFile } from "./source-files.ts";

interface Exports {
  values: string[];
  types: string[];
}

const declared = /^export (?:interface|type|(?:abstract )?class) (\w+)/gm;

/**
 * What a module gives away by `export … from`, by the names that a program imports.
 *
 * @param path from the project's own folder
 */
export function exportsOf(path: string): Exports {
  const values = new Set<string>();
  const types = new Set<string>();
  const text = textOfFile(path);
  for (const [, all, from = ""] of text.matchAll(/^export type (\*) from "([^"]+)"/gm)) {
    const source = textOfFile(join(dirname(path), from));
    if (all !== undefined) for (const [, name = ""] of source.matchAll(declared)) types.add(name);
  }
  for (const [, onlyTypes, list = ""] of text.matchAll(/^export (type )?\{([^}]*)\} from/gm)) {
    for (const item of list.split(",").map((part) => part.trim())) {
      if (item === "") continue;
      const name = item.split(" ").at(-1) ?? "";
      (onlyTypes !== undefined || item.startsWith("type ") ? types : values).add(name);
    }
  }
  return { values: [...values].toSorted(), types: [...types].toSorted() };
}

/** Those of the names that a file never says. */
export const unmentionedIn = (path: string, names: readonly string[]): string[] => {
  const text = textOfFile(path);
  return names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));
};
