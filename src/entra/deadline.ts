import { textWithin } from "../http/bounded-text.ts";

/** Why an exchange with Entra came to nothing. */
export type ExchangeFailure = "network" | "timeout";

/** An answer read to its end: nothing of it is left to hang on. */
export interface Answer {
  status: number;
  headers: Headers;
  /** The body; empty, and so unreadable, when it was longer than 1 MiB. */
  text: string;
}

/** Entra's tokens take a few kilobytes, its signing keys a few dozen. */
const maxBodyBytes = 1024 * 1024;

/**
 * Runs one exchange, body included, for at most `milliseconds`. The signal ends the fetch; the race
 * ends the wait even where a body ignores it.
 */
export async function withinDeadline(
  milliseconds: number,
  exchange: (signal: AbortSignal) => Promise<Response>,
): Promise<Answer | ExchangeFailure> {
  const controller = new AbortController();
  const expiry = Promise.withResolvers<"timeout">();
  const timer = setTimeout(() => {
    expiry.resolve("timeout");
    controller.abort();
  }, milliseconds);
  try {
    return await Promise.race([read(exchange(controller.signal)), expiry.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** The reason of a failed fetch stays here: it can hold the request, and with it a secret. */
async function read(response: Promise<Response>): Promise<Answer | "network"> {
  try {
    const { status, headers, body } = await response;
    return { status, headers, text: (await textWithin(body, maxBodyBytes)) ?? "" };
  } catch {
    return "network";
  }
}

/** Waits for a value, up to a limit. Rejects as the work does, and when it took longer. */
export async function valueWithin<Value>(
  milliseconds: number,
  work: Promise<Value>,
): Promise<Value> {
  const expiry = Promise.withResolvers<never>();
  const timer = setTimeout(
    () => expiry.reject(new Error(`no answer within ${milliseconds} ms`)),
    milliseconds,
  );
  try {
    return await Promise.race([work, expiry.promise]);
  } finally {
    clearTimeout(timer);
  }
}
