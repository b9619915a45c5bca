import { differencesIn, type Result } from "./result.ts";

/** What is printed of one result: one line, one for each difference, and where the claim comes from. */
export function reportOf(result: Result): string {
  const { check, source } = result;
  switch (result.outcome) {
    case "compared":
      return comparedReport(result);
    case "nothing to ask about":
      return `?    ${check}: nothing to ask about at ${result.at.join(", ")}`;
    case "could not ask":
      return `?    ${check}: could not ask ${result.at}: ${result.reason}\n     source: ${source}`;
    case "left behind": {
      const id = result.id === undefined ? "no id" : `id ${result.id}`;
      return `LEFT ${check}: left behind: ${result.what}, ${id}: ${result.reason}`;
    }
    case "stopped":
      return `STOP ${check}: ${result.at}: ${result.reason}`;
  }
}

function comparedReport({
  check,
  source,
  differences,
  unknown,
}: Extract<Result, { outcome: "compared" }>): string {
  const differs = differences.length > 0;
  return [
    `${differs ? "DIFF" : "same"} ${check}`,
    ...differences.map(
      ({ kind, at, microsoft, sandbox }) =>
        `     ${kind} ${at}: ${microsoft} at Microsoft, ${sandbox} in the sandbox`,
    ),
    ...unknown.map((at) => `     not compared: ${at} is empty on one side or both`),
    ...(differs ? [`     source: ${source}`] : []),
  ].join("\n");
}

/** The last line. */
export function summaryOf(results: readonly Result[]): string {
  const count = (outcome: Result["outcome"]) =>
    results.filter((result) => result.outcome === outcome).length;
  const rest = [
    `${differencesIn(results)} differences in ${count("compared")} comparisons`,
    ...(["nothing to ask about", "could not ask", "left behind", "stopped"] as const).flatMap(
      (outcome) => (count(outcome) > 0 ? [`${count(outcome)} ${outcome}`] : []),
    ),
  ];
  return rest.join(", ");
}
