import { parseJson } from "./json.ts";

export interface JsonAnswer<Body> {
  /** Undefined when the answer had no body (202, 204). */
  body: Body | undefined;
  /** Status and headers; its body is read. */
  response: Response;
}

/** Why an answer of a good status has no meaning. */
export type Unreadable = "not_json" | "redirect" | "unexpected_body";

/** Thrown by {@link readJson}. */
export class UnreadableAnswer extends Error {
  readonly reason: Unreadable;

  constructor(reason: Unreadable) {
    super(reason);
    this.reason = reason;
  }
}

/** Elsewhere a body may wait; here there is none. A 304 answers the caller's own condition. */
const leadsElsewhere = ({ status }: Response): boolean =>
  status >= 300 && status < 400 && status !== 304;

/**
 * Reads the body of an answer as JSON.
 *
 * @throws UnreadableAnswer for a redirect, and for what is no JSON; the error of a body that breaks off
 */
export async function readJson<Body>(response: Response): Promise<JsonAnswer<Body>> {
  if (leadsElsewhere(response)) {
    void response.body?.cancel().catch(() => undefined);
    throw new UnreadableAnswer("redirect");
  }
  const text = await response.text();
  if (text.trim() === "") return { body: undefined, response };
  const body = parseJson(text);
  // An error status that was accepted says enough without its body.
  if (body === undefined && response.status < 400) throw new UnreadableAnswer("not_json");
  // The shape is Microsoft's promise for this URL; who relies on a property checks it.
  return { body: body as Body | undefined, response };
}
