const jsonType = /^application\/json\b/i;

/**
 * Answers JSON gzipped to whoever accepts it, as Microsoft's edges do: a proxy that gets encodings
 * wrong must not find that out in production.
 */
export function compressed(request: Request, response: Response): Response {
  const accepts = /\bgzip\b/.test(request.headers.get("accept-encoding") ?? "");
  const json = jsonType.test(response.headers.get("content-type") ?? "");
  const { body } = response;
  if (!accepts || !json || body === null || response.headers.has("content-encoding"))
    return response;
  const headers = new Headers(response.headers);
  headers.delete("content-length");
  headers.set("content-encoding", "gzip");
  headers.append("vary", "Accept-Encoding");
  return new Response(body.pipeThrough(new CompressionStream("gzip")), {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
}
