import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutation.ts";

const urlOf = ({ file }: Mutation): string => new URL(`../../../src/${file}`, import.meta.url).href;

/** How often the text of a mutation occurs in its file: it has to be once. */
export const occurrences = (mutation: Mutation): number =>
  readFileSync(fileURLToPath(urlOf(mutation)), "utf8").split(mutation.find).length - 1;

/**
 * Plants a mutation into this process: call before the code under test is loaded. No file is changed.
 *
 * @returns whether the code with the fault was loaded by now
 */
export function plant(mutation: Mutation): () => boolean {
  const found = occurrences(mutation);
  if (found !== 1) {
    throw new Error(`"${mutation.name}": its text occurs ${found} times in ${mutation.file}`);
  }
  const href = urlOf(mutation);
  let isLoaded = false;
  registerHooks({
    load: (url, context, next) => {
      const loaded = next(url, context);
      if (url !== href) return loaded;
      isLoaded = true;
      const source = textOf(loaded.source).replace(mutation.find, () => mutation.replace);
      return { ...loaded, source };
    },
  });
  return () => isLoaded;
}

const textOf = (source: unknown): string =>
  typeof source === "string" ? source : new TextDecoder().decode(source as Uint8Array);
