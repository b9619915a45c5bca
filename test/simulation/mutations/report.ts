import type { Mutation } from "./mutation.ts";
import { searchAll, type SearchOptions } from "./search.ts";

/**
 * Prints a row for each mutation: its name, the schedules it took, and the sentence that found it.
 *
 * @returns whether all were found
 */
export async function reportOn(
  mutations: readonly Mutation[],
  options: SearchOptions,
  print: (line: string) => void,
): Promise<boolean> {
  let missed = 0;
  print("| mutation | schedules | found by |\n|---|---|---|");
  await searchAll(mutations, options, ({ name }, result) => {
    const isFound = !(result instanceof Error) && result.failure !== undefined;
    if (!isFound) missed += 1;
    if (result instanceof Error) print(`| ${name} | - | ERROR: ${lineOf(result.message)} |`);
    else print(`| ${name} | ${result.runs} | ${lineOf(result.failure?.error ?? "NOT FOUND")} |`);
  });
  print(`${mutations.length - missed} of ${mutations.length} found`);
  return missed === 0;
}

const lineOf = (text: string): string =>
  text
    .replaceAll(/\s+/g, " ")
    .replaceAll(/user:u-[0-9a-f]+-/g, "operation ")
    .slice(0, 200);
