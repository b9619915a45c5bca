import { isListed } from "./origins.ts";

// oxlint-disable-next-line no-control-regex -- control characters are what is refused
const ambiguous = /[\u0000-\u0020\u007f\\]/;

/**
 * A place a browser may be sent back to: https or http, on exactly one of the origins, and without
 * anything that a browser could read as another host.
 *
 * @returns the URL as it will be sent, or undefined
 */
export function readReturnUrl(text: string, origins: readonly string[]): URL | undefined {
  if (ambiguous.test(text)) return undefined;
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  if (url.username !== "" || url.password !== "") return undefined;
  return isListed(url.origin, origins) ? url : undefined;
}

/** The return URL with what the page there has to know. */
export function returnTo(
  returnUrl: string | URL,
  parameters: Readonly<Record<string, string>>,
): string {
  const url = new URL(returnUrl);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return url.href;
}
