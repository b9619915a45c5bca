import { recordOf, textOf } from "../../src/http/json.ts";
import type { Service, Side } from "./side.ts";

/** One request. */
export interface Request {
  method?: "GET" | "POST" | "PATCH" | "DELETE" | "HEAD" | "OPTIONS";
  /** Below the service's address, with its query: `/v1.0/me`. */
  path: string;
  headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; of Entra as a form. */
  body?: unknown;
  /** Default: a good one. */
  token?: "none" | "broken";
}

/** What is compared: the answer to a request, or the token answer that ended the sign-in for a service. */
export type Question = Request | { signIn: Service };

/** A list whose first item has the id that a path needs. */
export interface Lookup {
  path: string;
  /** Where the id stands in an item. */
  member: string;
}

/** A fact about Microsoft that the sandbox claims to share. */
export interface Check {
  name: string;
  service: "entra" | Service;
  /** The page of Microsoft's documentation that the sandbox's answer comes from. */
  source: string;
  /** Each list is found by the id out of the one before; the question is about the last id. */
  about?: readonly ((id: string) => Lookup)[];
  /** @param id out of `about`; empty where there is none */
  question(id: string, side: Side): Question;
  /** Absent: the question only reads. */
  makes?: Made;
}

/** What a question makes. */
export interface Made {
  /** The name that it bears. */
  called: string;
  /** Deletes it by the id out of the answer. */
  undo(id: string): Request;
}

/** A check whose question is always the same. */
export const fixed = (
  service: Check["service"],
  name: string,
  source: string,
  question: Question,
): Check => ({ name, service, source, question: () => question });

/** Text of a member of the first item of a list. */
export function firstOf(page: unknown, member: string): string | undefined {
  const { value } = recordOf(page);
  const [item]: unknown[] = Array.isArray(value) ? value : [];
  return textOf(recordOf(item)[member]);
}
