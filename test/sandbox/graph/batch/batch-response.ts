import { stableBytes } from "../seed.ts";

/** One answer inside a batch. */
export interface BatchAnswer {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: unknown;
}

/** Headers that come through, under the names Graph writes inside JSON. */
const shown = [
  "Cache-Control",
  "Content-Type",
  "ETag",
  "Location",
  "OData-Version",
  "Preference-Applied",
  "Retry-After",
  "WWW-Authenticate",
] as const;

/** An inner response as JSON: JSON bodies as they are, others in base64, none for an empty one. */
export async function batchAnswer(id: string, response: Response): Promise<BatchAnswer> {
  const headers = Object.fromEntries(
    shown.flatMap((name) => {
      const value = response.headers.get(name);
      return value === null ? [] : [[name, value]];
    }),
  );
  const bytes = Buffer.from(await response.arrayBuffer());
  const answer = { id, status: response.status, headers };
  if (bytes.length === 0) return answer;
  if (!response.headers.get("content-type")?.includes("json"))
    return { ...answer, body: bytes.toString("base64") };
  // A fault may call JSON what is none; a client has to live with that too.
  try {
    return { ...answer, body: JSON.parse(bytes.toString()) };
  } catch {
    return { ...answer, body: bytes.toString() };
  }
}

/** What a step gets whose predecessor failed. */
export function failedDependency(id: string): BatchAnswer {
  return {
    id,
    status: 424,
    headers: { "Content-Type": "application/json" },
    body: {
      error: { code: "FailedDependency", message: "A request this one depends on has failed." },
    },
  };
}

/** Answers come in any order; here in one that is the same in every run and seldom the asked one. */
export function shuffled(answers: readonly BatchAnswer[]): BatchAnswer[] {
  const rank = ({ id }: BatchAnswer) => stableBytes("batch", id).toString("hex");
  return [...answers].sort((left, right) => (rank(left) < rank(right) ? -1 : 1));
}
