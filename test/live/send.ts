import { retryAfterSeconds } from "../../src/http/retry-after.ts";
import { err, ok, type Result } from "../../src/contract/result.ts";
import type { Answer } from "./answer.ts";

/** What sending takes from outside. */
export interface Network {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Milliseconds since the epoch. */
  now(): number;
  wait(seconds: number): Promise<void>;
  /** Tells the person something at once. */
  say(message: string): void;
}

/** A form or JSON to send, with its headers. */
export interface Sent {
  method: string;
  headers?: Headers;
  body?: string;
}

/** Seconds; what asks for a longer wait is asked again then. */
const longestWait = 300;
/** Seconds; where a busy service does not say how long. */
const usualWait = 10;
const mostRepeats = 3;

/** Whether a service asks to be left alone for a while: throttled, or unavailable. */
export const isBusy = ({ status }: Answer): boolean => status === 429 || status === 503;

/**
 * Sends a request, and again after the wait that a busy service asks for, at most three times.
 *
 * @returns the last answer; or why none came
 */
export async function send(
  url: string,
  init: Sent,
  network: Network,
): Promise<Result<Answer, string>> {
  for (let repeats = 0; ; repeats += 1) {
    const sent = await sendOnce(url, init, network);
    if (!sent.ok || !isBusy(sent.value) || repeats === mostRepeats) return sent;
    const { status, headers } = sent.value;
    const seconds = retryAfterSeconds(headers, network.now(), longestWait) ?? usualWait;
    network.say(`${new URL(url).host} answered ${status}: asking again in ${seconds} s`);
    await network.wait(seconds);
  }
}

async function sendOnce(
  url: string,
  init: Sent,
  { fetch }: Network,
): Promise<Result<Answer, string>> {
  try {
    const response = await fetch(url, { ...init, redirect: "manual" });
    const { status, headers } = response;
    return ok({ status, headers, text: await response.text() });
  } catch (error) {
    return err(`no answer from ${new URL(url).host}: ${reasonOf(error)}`);
  }
}

/** `fetch` says "fetch failed", and keeps the reason in `cause`. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
