/**
 * A request as workerd makes it. Node refuses two that a sibling can send there: one of a URL with
 * credentials, and a GET with a body.
 *
 * @param signal in the place of the caller's own
 */
export function requestOf(
  input: string | URL | Request,
  init: RequestInit = {},
  signal = init.signal,
): Request {
  if (input instanceof Request) return new Request(input, { ...init, signal: signal ?? null });
  const url = new URL(input);
  const { href, username } = url;
  url.username = "";
  url.password = "";
  const { body, ...rest } = init;
  const carries = body !== undefined && body !== null && !isBare(init.method);
  const request = new Request(url, { ...rest, ...(carries && { body }), signal: signal ?? null });
  if (username !== "") Object.defineProperty(request, "url", { value: href });
  if (body !== undefined && !carries) {
    Object.defineProperty(request, "body", { value: new Response(body).body });
  }
  return request;
}

const isBare = (method = "GET"): boolean => method === "GET" || method === "HEAD";
