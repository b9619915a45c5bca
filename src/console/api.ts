import type { ConsoleState } from "../contract/console-state.ts";
import type { Remedy } from "../contract/remedy.ts";
import { signal } from "./signal.ts";

/** Who is signed in, and how one can; undefined until the Worker has said so. */
export const state = signal<ConsoleState | undefined>(undefined);

/** Whether somebody signed out on this page: then nobody is signed in by Cloudflare Access without a click. */
export const signedOut = signal(false);

/** Why something was refused or did not come about, for a person. */
export interface Problem {
  code: string;
  message: string;
  requestId?: string | undefined;
  remedy?: Remedy | undefined;
}

export type Answer<Data> =
  | { ok: true; data: Data; cursor?: string | undefined }
  | { ok: false; problem: Problem };

/** What every route of the Worker answers with. */
interface Envelope<Data> {
  success?: boolean;
  data: Data;
  next_cursor?: string;
  error?: string;
  code?: string;
  request_id?: string;
  remedy?: Remedy;
}

export interface Sent {
  method?: "GET" | "POST" | "DELETE";
  body?: object;
  signal?: AbortSignal;
}

/**
 * Asks the Worker, as whom the browser's cookie says. What is refused is a value; when the session is over,
 * the page for signing in comes back.
 *
 * @param path of the public API
 */
export async function ask<Data>(path: string, sent: Sent = {}): Promise<Answer<Data>> {
  const { method = "GET", body, signal: aborted } = sent;
  let response: Response;
  let answer: Envelope<Data>;
  try {
    response = await fetch(path, {
      method,
      headers: body ? { "content-type": "application/json" } : {},
      ...(body && { body: JSON.stringify(body) }),
      ...(aborted && { signal: aborted }),
    });
    answer = await response.json();
  } catch (error) {
    const left = error instanceof DOMException && error.name === "AbortError";
    const message = left
      ? "Left."
      : "The service did not answer. Check the network, then try again.";
    return { ok: false, problem: { code: left ? "aborted" : "network", message } };
  }
  if (response.ok) return { ok: true, data: answer.data, cursor: answer.next_cursor };
  if (response.status === 401 && state.value) state.value = { ...state.value, session: null };
  return {
    ok: false,
    problem: {
      code: answer.code ?? String(response.status),
      message: answer.error ?? "The service gave an answer that cannot be read.",
      requestId: answer.request_id,
      remedy: answer.remedy,
    },
  };
}

/** Whether the person who is signed in may change anything. */
export const mayChange = (): boolean => state.value?.session?.role === "admin";
