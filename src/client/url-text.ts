import { defined } from "../contract/defined.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { withoutEndSlashes } from "../http/link.ts";
import { parseUrl } from "../http/url.ts";

/**
 * Where the Worker answers: origin and path prefix, without a slash at the end.
 *
 * @throws AzureError `invalid_request` naming `baseUrl`, for what is no http(s) URL
 */
export function workerAddress(baseUrl: string): string {
  const url = parseUrl(baseUrl);
  if (url !== null && /^https?:$/.test(url.protocol)) {
    return url.origin + withoutEndSlashes(url.pathname);
  }
  throw new AzureError(invalidField("baseUrl", "must be the Worker's http(s) address"));
}

/**
 * A value as one segment of a path.
 *
 * @param field what the caller knows it by
 * @throws AzureError `invalid_request` naming the field, for what no segment can hold: nothing, dots
 *   that would climb, half a surrogate pair
 */
export function segment(field: string, value: string): string {
  if (value === "" || value === "." || value === "..") {
    throw new AzureError(invalidField(field, "must name something"));
  }
  return encodeURIComponent(wellFormed(field, value));
}

/**
 * Text that can go into a URL.
 *
 * @throws AzureError `invalid_request` naming the field, for half a surrogate pair
 */
export function wellFormed(field: string, value: string): string {
  if (value.isWellFormed()) return value;
  throw new AzureError(invalidField(field, "must be well-formed Unicode"));
}

/** Fields of a query by their names there. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** The address of a route. @throws AzureError `invalid_request` naming a field that no URL can hold */
export function routeUrl(address: string, query: Query = {}): URL {
  const url = new URL(address);
  for (const [name, value] of Object.entries(defined(query))) {
    url.searchParams.set(name, wellFormed(name, String(value)));
  }
  return url;
}
