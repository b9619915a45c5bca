import { bodyLimit } from "hono/body-limit";
import { AzureError, failure, invalidField } from "../contract/errors.ts";
import type { Context } from "./context.ts";

/** JSON bodies beyond this are refused before they are read: Graph's own limit, and room for base64. */
const maxJsonBytes = 5 * 1024 * 1024;

/** @param limit bytes */
export const bodyTooLarge = (limit: number): AzureError =>
  new AzureError(
    failure("payload_too_large", `The body exceeds ${limit} bytes.`, {
      details: { field: "body" },
    }),
  );

/** @throws AzureError `payload_too_large` before a body beyond 5 MiB is read */
export const limitBody = bodyLimit({
  maxSize: maxJsonBytes,
  onError: () => {
    throw bodyTooLarge(maxJsonBytes);
  },
});

const notJson = (): AzureError =>
  new AzureError(invalidField("content-type", "must be application/json"));

const jsonType = /^application\/(?:[a-z.-]+\+)?json(?:;|$)/i;

/**
 * The JSON body of a request.
 *
 * @returns undefined when there is none
 * @throws AzureError `invalid_request` naming `content-type` or `body`
 */
export async function readJson(c: Context): Promise<unknown> {
  const type = c.req.header("content-type");
  if (type !== undefined && !jsonType.test(type.trim())) {
    throw notJson();
  }
  const text = await c.req.text();
  if (text === "") return undefined;
  if (type === undefined) {
    throw notJson();
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new AzureError(invalidField("body", "is not readable as JSON"));
  }
}
