import type { Result } from "./run-checks.ts";

/** What is printed of one check: one line, and one for each difference. */
export function reportOf({ check, differences, unknown, nothingAt }: Result): string {
  if (nothingAt.length > 0) return `?    ${check}: nothing to ask about at ${nothingAt.join(", ")}`;
  const lines = differences.map(
    ({ kind, at, microsoft, sandbox }) =>
      `     ${kind} ${at}: ${microsoft} at Microsoft, ${sandbox} in the sandbox`,
  );
  const empty = unknown.map((at) => `     not compared: ${at} is empty on one side`);
  return [`${lines.length === 0 ? "same" : "DIFF"} ${check}`, ...lines, ...empty].join("\n");
}

/** The last line. */
export function summaryOf(results: readonly Result[]): string {
  const differences = results.reduce((sum, one) => sum + one.differences.length, 0);
  const asked = results.filter(({ nothingAt }) => nothingAt.length === 0).length;
  return `${differences} differences in ${asked} checks, ${results.length - asked} not comparable`;
}
