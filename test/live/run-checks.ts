import { leastPermissionsFor } from "../sandbox/graph/permission-data.ts";
import { canonicalPath } from "../sandbox/graph/path.ts";
import { answerShape, refusalOf, type Answer } from "./answer.ts";
import type { Check, Question } from "./check.ts";
import { compare } from "./difference.ts";
import { putCheck, type Said } from "./put-check.ts";
import type { Result } from "./result.ts";
import { isBusy, type Network } from "./send.ts";
import type { Side, Sides } from "./side.ts";

/** Asks both sides each question, and compares the forms of what they answer, until no answer comes. */
export async function* runChecks(
  checks: readonly Check[],
  { microsoft, sandbox }: Sides,
  network: Network,
): AsyncGenerator<Result> {
  for (const check of checks) {
    const ours = await putCheck(check, microsoft, network);
    const theirs = await putCheck(check, sandbox, network);
    // The sandbox ends with the run, and what is left there with it.
    if (ours.left !== undefined) yield { ...named(check), outcome: "left behind", ...ours.left };
    for (const result of judge(check, ours.said, theirs.said)) {
      yield result;
      if (result.outcome === "stopped") return;
    }
  }
}

const named = ({ name, source }: Check) => ({ check: name, source });

/** What is to be said of the two sides' answers. */
function judge(check: Check, ours: Said, theirs: Said): Result[] {
  const problem =
    stoppedAt("microsoft", ours) ??
    stoppedAt("sandbox", theirs) ??
    closedAt("microsoft", check, ours) ??
    closedAt("sandbox", check, theirs);
  if (problem !== undefined) return [{ ...named(check), ...problem }];
  if (ours.kind !== "answer" || theirs.kind !== "answer") {
    const at = [
      ...(ours.kind === "nothing" ? (["microsoft"] as const) : []),
      ...(theirs.kind === "nothing" ? (["sandbox"] as const) : []),
    ];
    return [{ ...named(check), outcome: "nothing to ask about", at }];
  }
  if (isDenied(ours.question, ours.answer) && theirs.answer.status < 400) {
    const reason = deniedReason(check, ours.question, ours.answer);
    return [{ ...named(check), outcome: "could not ask", at: "microsoft", reason }];
  }
  const results = [comparedResult(named(check), ours.answer, theirs.answer)];
  if (ours.deletion !== undefined && theirs.deletion !== undefined) {
    const deletion = { ...named(check), check: `${check.name}, deleted` };
    results.push(comparedResult(deletion, ours.deletion, theirs.deletion));
  }
  return results;
}

const comparedResult = (
  about: Pick<Result, "check" | "source">,
  ours: Answer,
  theirs: Answer,
): Result => ({
  ...about,
  outcome: "compared",
  status: ours.status,
  ...compare(answerShape(ours), answerShape(theirs)),
});

const stoppedAt = (at: Side["name"], said: Said) =>
  said.kind === "broken" ? { outcome: "stopped" as const, at, reason: said.reason } : undefined;

/** Where a service stayed busy, or refused the list that the question needs. */
function closedAt(at: Side["name"], check: Check, said: Said) {
  const outcome = "could not ask" as const;
  switch (said.kind) {
    case "answer":
      return isBusy(said.answer)
        ? { outcome, at, reason: `${refusalOf(said.answer)}, asked four times` }
        : undefined;
    case "refused":
      return { outcome, at, reason: deniedReason(check, said.question, said.answer) };
    case "nothing":
    case "broken":
      return undefined;
  }
}

/** Whether a token that is good was refused: by its permissions, or by what its account may do. */
const isDenied = (question: Question, { status }: Answer): boolean =>
  (status === 401 || status === 403) && ("signIn" in question || question.token === undefined);

/** Microsoft's code, and the permission that its documentation names; 401 is about the token itself. */
function deniedReason({ service }: Check, question: Question, answer: Answer): string {
  const isAboutPermission = service === "graph" && answer.status === 403;
  const permissions = isAboutPermission ? permissionsFor(question) : [];
  return [
    refusalOf(answer),
    ...(permissions.length > 0 ? [`it needs ${permissions.join(" or ")}`] : []),
  ].join("; ");
}

function permissionsFor(question: Question): readonly string[] {
  if ("signIn" in question) return [];
  const { pathname } = new URL(question.path, "https://graph.microsoft.com");
  return leastPermissionsFor(`${question.method ?? "GET"} ${canonicalPath(pathname).template}`);
}
