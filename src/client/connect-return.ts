import { isRecord } from "../http/json.ts";

/**
 * The way back: the page that starts puts a number of its own into the return URL, and listens on a
 * channel of that name. So two attempts at once do not meet, and no page that guesses is heard.
 */

/** What the return page says to the page that waits. */
export type ReturnMessage =
  | { kind: "flow"; flow: string }
  /** OAuth's word or ours, and a sentence. */
  | { kind: "refused"; error: string; description: string };

/** The answer to it: somebody waited. */
export const received = "received";

/** The parameter of the return URL that names the attempt. */
const parameter = "connect";
/** What a sign-in adds to the return URL. */
const added = [parameter, "status", "flow", "error", "error_description"] as const;

export const channelOf = (attempt: string): string => `azure-integration-worker/connect/${attempt}`;

/**
 * The return URL of an attempt.
 *
 * @param returnUrl absolute, or relative to `page`
 * @returns undefined when it is not of the page's own origin: what is said there is heard nowhere else
 */
export function returnUrlOf(
  returnUrl: string,
  page: { href: string; origin: string },
  attempt: string,
): string | undefined {
  if (!URL.canParse(returnUrl, page.href)) return undefined;
  const url = new URL(returnUrl, page.href);
  if (url.origin !== page.origin) return undefined;
  url.searchParams.set(parameter, attempt);
  return url.href;
}

/** What an address brings back from a sign-in, and the address without it. */
export interface Returned {
  attempt: string;
  message: ReturnMessage;
  rest: string;
}

/** @returns undefined for the address of any other visit */
export function readReturn(href: string): Returned | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  const attempt = url.searchParams.get(parameter);
  if (!attempt) return undefined;
  const message = messageIn(url.searchParams);
  if (message === undefined) return undefined;
  for (const name of added) url.searchParams.delete(name);
  return { attempt, message, rest: url.href };
}

/** An address without the flow that it brings, for which no page waits; undefined when it brings none. */
export function withoutFlow(href: string): string | undefined {
  if (!URL.canParse(href)) return undefined;
  const url = new URL(href);
  if (!url.searchParams.has("flow")) return undefined;
  url.searchParams.delete("flow");
  return url.href;
}

function messageIn(parameters: URLSearchParams): ReturnMessage | undefined {
  const error = parameters.get("error");
  if (error !== null) {
    return { kind: "refused", error, description: parameters.get("error_description") ?? error };
  }
  const flow = parameters.get("flow");
  return flow === null ? undefined : { kind: "flow", flow };
}

/** A message as it came over the channel, or undefined for anything else. */
export function readReturnMessage(data: unknown): ReturnMessage | undefined {
  if (!isRecord(data)) return undefined;
  const { kind, flow, error, description } = data;
  if (kind === "flow" && typeof flow === "string") return { kind, flow };
  if (kind === "refused" && typeof error === "string" && typeof description === "string") {
    return { kind, error, description };
  }
  return undefined;
}
