import { err, ok, type Result } from "../../src/contract/result.ts";
import type { Service } from "./side.ts";

/** Tokens and a secret that whoever runs this brings along. */
export interface Given {
  tokens: Partial<Record<Service, string>>;
  /** Of the application. */
  secret?: string;
}

const names = ["LIVE_GRAPH_TOKEN", "LIVE_ARM_TOKEN", "LIVE_CLIENT_SECRET"] as const;
type Name = (typeof names)[number];

/**
 * Reads what was brought.
 *
 * @param environment of the process
 * @param input lines `NAME=value`, which win; for whoever wants no secret in an environment
 * @returns what is not empty; or the sentence that says which line is wrong, without what it holds
 */
export function readGiven(
  environment: Readonly<Record<string, string | undefined>>,
  input: string,
): Result<Given, string> {
  const values = new Map<Name, string>();
  const take = (name: Name, value: string) => value !== "" && values.set(name, value);
  for (const name of names) take(name, environment[name] ?? "");
  for (const [index, line] of input.split("\n").entries()) {
    if (line.trim() === "") continue;
    const name = names.find((one) => line.startsWith(`${one}=`));
    if (name === undefined) {
      return err(
        `standard input, line ${index + 1}: it has to begin with one of ${names.join("=, ")}=`,
      );
    }
    take(name, line.slice(name.length + 1).trim());
  }
  const [graph, arm, secret] = names.map((name) => values.get(name));
  return ok({
    tokens: { ...(graph !== undefined && { graph }), ...(arm !== undefined && { arm }) },
    ...(secret !== undefined && { secret }),
  });
}
