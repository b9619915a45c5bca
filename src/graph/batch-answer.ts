import type { BatchResponse } from "../contract/batch.ts";
import { isRecord, recordOf, type JsonRecord } from "../http/json.ts";
import { wholeNumber } from "../http/whole-number.ts";
import { defined } from "../contract/defined.ts";

/**
 * Reads the answers out of a `$batch` answer, each by itself: one that cannot be read is left out,
 * and so is an id that is answered twice, since nobody can say which answer counts.
 *
 * @param body parsed JSON of any shape
 */
export function readBatchAnswer(body: unknown): Map<string, BatchResponse> {
  const { responses } = recordOf(body);
  const answers = new Map<string, BatchResponse>();
  const seen = new Set<string>();
  for (const item of Array.isArray(responses) ? responses : []) {
    const id = idOf(recordOf(item));
    if (id === undefined) continue;
    const response = seen.has(id) ? undefined : readResponse(id, recordOf(item));
    seen.add(id);
    if (response === undefined) answers.delete(id);
    else answers.set(id, response);
  }
  return answers;
}

const idOf = ({ id }: JsonRecord): string | undefined =>
  typeof id === "string" || typeof id === "number" ? String(id) : undefined;

function readResponse(id: string, item: JsonRecord): BatchResponse | undefined {
  const status = statusOf(item["status"]);
  if (status === undefined) return undefined;
  const { body } = item;
  const headers = headersOf(item["headers"]);
  return { id, status, headers, ...defined({ body }) };
}

/** A final status of HTTP, as a number or as its text. */
function statusOf(value: unknown): number | undefined {
  const range = { least: 200, most: 600 } as const;
  const status = wholeNumber(value, { ...range, round: "down" });
  const isWhole = status === wholeNumber(value, { ...range, round: "up" });
  return isWhole && status !== range.most ? status : undefined;
}

/** The headers that HTTP can carry; a number stands for its text. */
function headersOf(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, content]) => typeof content === "string" || typeof content === "number")
      .map(([name, content]): [string, string] => [name, String(content)])
      .filter(isHeader),
  );
}

function isHeader([name, content]: [string, string]): boolean {
  try {
    return new Headers([[name, content]]).has(name);
  } catch {
    return false;
  }
}
