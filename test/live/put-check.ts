import type { Result } from "../../src/contract/result.ts";
import { parseJson, recordOf, textOf } from "../../src/http/json.ts";
import { refusalOf, type Answer } from "./answer.ts";
import { ask } from "./ask.ts";
import { firstOf, type Check, type Made, type Question, type Request } from "./check.ts";
import type { Network } from "./send.ts";
import type { Side } from "./side.ts";

/** What one side said to a check. */
export type Said =
  | { kind: "answer"; question: Question; answer: Answer; deletion?: Answer }
  /** The list that has the id was refused. */
  | { kind: "refused"; question: Request; answer: Answer }
  /** There is nothing to ask about. */
  | { kind: "nothing" }
  /** No answer came. */
  | { kind: "broken"; reason: string };

/** Something that was made and is not known to be gone. */
export interface Left {
  what: string;
  id?: string;
  reason: string;
}

/** Puts a check to one side: finds its id, asks its question, and deletes what that made. */
export async function putCheck(
  check: Check,
  side: Side,
  network: Network,
): Promise<{ said: Said; left?: Left }> {
  const put = (question: Question) => ask(check.service, question, side, network);
  let id = "";
  for (const lookup of check.about ?? []) {
    const { path, member } = lookup(id);
    const page = await put({ path });
    if (!page.ok) return { said: broken(page) };
    if (page.value.status >= 400) {
      return { said: { kind: "refused", question: { path }, answer: page.value } };
    }
    const found = firstOf(parseJson(page.value.text), member);
    if (found === undefined) return { said: { kind: "nothing" } };
    id = found;
  }
  const question = check.question(id, side);
  const answer = await put(question);
  const { makes } = check;
  if (!answer.ok) {
    const reason = "no answer came, so it may be there";
    return { said: broken(answer), ...(makes && { left: { what: makes.called, reason } }) };
  }
  const said: Said = { kind: "answer", question, answer: answer.value };
  if (makes === undefined || answer.value.status >= 300) return { said };
  const { deletion, left } = await undone(makes, answer.value, put);
  if (deletion?.ok === false) return { said: broken(deletion), ...(left && { left }) };
  return {
    said: { ...said, ...(deletion && { deletion: deletion.value }) },
    ...(left && { left }),
  };
}

const broken = ({ error }: { error: string }): Said => ({ kind: "broken", reason: error });

interface Undone {
  /** Absent: it could not be asked for. */
  deletion?: Result<Answer, string>;
  left?: Left;
}

async function undone(
  { called: what, undo }: Made,
  { text }: Answer,
  put: (question: Question) => Promise<Result<Answer, string>>,
): Promise<Undone> {
  const id = textOf(recordOf(parseJson(text))["id"]);
  if (id === undefined) return { left: { what, reason: "the answer has no id" } };
  const question = undo(id);
  const deletion = await put(question);
  if (deletion.ok && deletion.value.status < 300) return { deletion };
  const said = deletion.ok ? refusalOf(deletion.value) : "no answer came";
  return { deletion, left: { what, id, reason: `${question.method} to delete it: ${said}` } };
}
