import { answerShape, jsonOf, type AnswerShape } from "./answer.ts";
import type { Check, Question } from "./check.ts";
import { compare, type Comparison } from "./difference.ts";
import type { Side } from "./side.ts";

/** What came of one check. */
export interface Result extends Comparison {
  check: string;
  /** Sides that have nothing to ask about. */
  nothingAt: readonly ("microsoft" | "sandbox")[];
}

export interface Sides {
  microsoft: Side;
  sandbox: Side;
}

/** Asks both sides each question, and compares the forms of what they answer. */
export async function* runChecks(
  checks: readonly Check[],
  { microsoft, sandbox }: Sides,
): AsyncGenerator<Result> {
  for (const check of checks) {
    const [ours, theirs] = [await answerOf(check, microsoft), await answerOf(check, sandbox)];
    const nothingAt = [
      ...(ours === undefined ? (["microsoft"] as const) : []),
      ...(theirs === undefined ? (["sandbox"] as const) : []),
    ];
    const compared =
      ours === undefined || theirs === undefined
        ? { differences: [], unknown: [] }
        : compare(ours, theirs);
    yield { check: check.name, nothingAt, ...compared };
  }
}

async function answerOf(check: Check, side: Side): Promise<AnswerShape | undefined> {
  const json = async (question: Question) => jsonOf((await send(check, question, side)).text);
  const question = await check.question(json, side);
  if (question === undefined) return undefined;
  const { status, headers, text } = await send(check, question, side);
  await check.undo?.(json, jsonOf(text));
  return answerShape(status, headers, text);
}

interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

async function send(
  { service }: Check,
  { method = "GET", path, headers = {}, body, token = "good" }: Question,
  side: Side,
): Promise<Answer> {
  const sent = new Headers(headers);
  if (service !== "entra" && token !== "none") {
    const bearer = token === "good" ? await side.tokenOf(service) : "broken";
    sent.set("authorization", `Bearer ${bearer}`);
  }
  const base = service === "entra" ? side.authority : side[service];
  const answer = await fetch(`${base}${path}`, {
    method,
    redirect: "manual",
    headers: sent,
    ...(body !== undefined && { body: bodyOf(service, body, sent) }),
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

/** Entra takes forms, the others JSON. */
function bodyOf(service: Check["service"], body: unknown, headers: Headers): string {
  const isForm = service === "entra" && typeof body === "object" && body !== null;
  headers.set("content-type", isForm ? "application/x-www-form-urlencoded" : "application/json");
  return isForm
    ? new URLSearchParams(
        Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
      ).toString()
    : JSON.stringify(body);
}
