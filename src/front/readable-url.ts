import { AzureError, invalidField } from "../contract/errors.ts";
import type { Middleware } from "./context.ts";

/** Whether every percent sign begins a byte, and the bytes are UTF-8: half a surrogate pair is not. */
function isText(encoded: string): boolean {
  try {
    decodeURIComponent(encoded);
    return true;
  } catch {
    return false;
  }
}

/** The name of a parameter, where it is text itself. */
const nameOf = (encoded: string): string => {
  const name = encoded.replaceAll("+", " ");
  return isText(name) ? decodeURIComponent(name) : "query";
};

/**
 * The parameter of a URL that cannot be decoded. Routers pass such a value on as it came, so that it
 * would mean something else further in.
 *
 * @param pattern the path of the route: `/mail/{id}`
 * @param url absolute, as it came
 * @returns its name, `query` where that itself is no text; undefined when all can be read
 */
export function unreadableParameter(pattern: string, url: string): string | undefined {
  const { pathname, search } = new URL(url);
  const segments = pathname.split("/");
  for (const [index, part] of pattern.split("/").entries()) {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name !== undefined && !isText(segments[index] ?? "")) return name;
  }
  const pair = search
    .slice(1)
    .split("&")
    .find((text) => !isText(text));
  return pair === undefined ? undefined : nameOf(pair.split("=", 1)[0] ?? "");
}

/**
 * The query parameter that comes more than once, however its name is encoded. Readers of a query take the
 * first or the last, and not all the same: whoever checked one of them could be sent another.
 *
 * @param url absolute, as it came, and readable
 * @returns its name; undefined when each comes once
 */
export function repeatedParameter(url: string): string | undefined {
  const seen = new Set<string>();
  for (const name of new URL(url).searchParams.keys()) {
    if (seen.has(name)) return name;
    seen.add(name);
  }
  return undefined;
}

/** @throws AzureError `invalid_request` naming the parameter that is no text, or comes more than once */
export const readableUrl =
  (pattern: string): Middleware =>
  async (c, next) => {
    const field = unreadableParameter(pattern, c.req.url);
    if (field !== undefined) {
      throw new AzureError(invalidField(field, "must be UTF-8, percent-encoded"));
    }
    const repeated = repeatedParameter(c.req.url);
    if (repeated !== undefined) throw new AzureError(invalidField(repeated, "must be given once"));
    await next();
  };
