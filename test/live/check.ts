import type { Service, Side } from "./side.ts";

/** One question. */
export interface Question {
  method?: "GET" | "POST" | "PATCH" | "DELETE" | "HEAD";
  /** Below the service's address, with its query: `/v1.0/me`. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; of Entra as a form. */
  body?: unknown;
  /** Default `good`. */
  token?: "good" | "none" | "broken";
}

/** What an earlier question answered, for a path that needs an id. */
export type Ask = (question: Question) => Promise<unknown>;

/** A fact about Microsoft that the sandbox claims to share. */
export interface Check {
  name: string;
  service: "entra" | Service;
  /** Absent: it only reads. */
  writes?: true;
  /**
   * @returns undefined where this side has nothing to ask about
   * @param side for what a path or form names
   */
  question(ask: Ask, side: Side): Promise<Question | undefined>;
  /** Undoes what the question made; its answer is given. */
  undo?(ask: Ask, answer: unknown): Promise<void>;
}

/** A check whose question is always the same. */
export const fixed = (service: Check["service"], name: string, question: Question): Check => ({
  name,
  service,
  question: () => Promise.resolve(question),
});

/** Text of a member of the first item of a list. */
export function firstOf(page: unknown, member: string): string | undefined {
  if (typeof page !== "object" || page === null || !("value" in page)) return undefined;
  const [item]: unknown[] = Array.isArray(page.value) ? page.value : [];
  return textIn(item, member);
}

export function textIn(item: unknown, member: string): string | undefined {
  if (typeof item !== "object" || item === null) return undefined;
  const value: unknown = Object.entries(item).find(([name]) => name === member)?.[1];
  return typeof value === "string" ? value : undefined;
}
