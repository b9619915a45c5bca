import { STATUS_CODES } from "node:http";
import type { Fetch } from "../../public-types.ts";
import { GraphError } from "../graph-error.ts";

export interface EndpointCheck {
  post: Fetch;
  guid: () => string;
  /** Milliseconds until an endpoint counts as silent. */
  timeout: number;
}

/** Spaces, colons and plus signs, so that who does not decode it answers something else. */
const tokenOf = (guid: () => string) =>
  `Validation: Testing client application reachability for subscription Request-Id: ${guid()}+${guid().slice(0, 8)}`;

/** As Graph encodes it: a space is a plus sign, a plus sign is not. */
const encoded = (token: string) => encodeURIComponent(token).replaceAll("%20", "+");

/** The address that asks an endpoint to repeat a token; its own query stays. */
export function validationAddress(url: string, token: string): string {
  const [bare = "", fragment] = url.split("#");
  const joined = `${bare}${bare.includes("?") ? "&" : "?"}validationToken=${encoded(token)}`;
  return fragment === undefined ? joined : `${joined}#${fragment}`;
}

const refused = (reason: string) => new GraphError(400, "ValidationError", reason);
const failed = (reason: string) => refused(`Subscription validation request failed. ${reason}`);

/** Whether what an endpoint answered repeats the token. Throws Graph's 400 where it does not. */
export function requireRepeated(
  token: string,
  answer: { status: number; type: string | null; text: string },
): void {
  const { status, type, text } = answer;
  if (status !== 200) {
    const name = STATUS_CODES[status]?.replaceAll(" ", "") ?? String(status);
    throw failed(
      `Notification endpoint must respond with 200 OK to validation request. HTTP status code is '${name}'.`,
    );
  }
  if (!/^text\/plain\s*(?:;|$)/i.test(type ?? ""))
    throw failed("Response must have the content type text/plain.");
  if (text !== token) throw failed("Response must exactly match validationToken query parameter.");
}

/**
 * Asks an endpoint to repeat a token, as Graph does before it believes an address.
 * @throws GraphError ValidationError (400) for another answer, for none and for a late one
 */
export async function checkEndpoint(
  url: string,
  { post, guid, timeout }: EndpointCheck,
): Promise<void> {
  const token = tokenOf(guid);
  const signal = AbortSignal.timeout(timeout);
  let answer;
  try {
    const response = await post(validationAddress(url, token), {
      method: "POST",
      headers: { "content-type": "text/plain; charset=utf-8" },
      redirect: "manual",
      signal,
    });
    answer = {
      status: response.status,
      type: response.headers.get("content-type"),
      text: await response.text(),
    };
  } catch {
    throw signal.aborted
      ? refused("Subscription validation request timed out.")
      : failed("Notification endpoint must respond with 200 OK to validation request.");
  }
  requireRepeated(token, answer);
}
