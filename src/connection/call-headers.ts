/** Which headers cross the actor. Both lists are closed: what is not known is not passed. */

const requestHeaders = new Set([
  "accept",
  "accept-language",
  "client-request-id",
  "consistencylevel",
  "content-encoding",
  "content-language",
  "content-length",
  "content-md5",
  "content-range",
  "content-type",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
  "prefer",
  "range",
  "return-client-request-id",
  "sdkversion",
  "user-agent",
  "workbook-session-id",
]);

/** Auxiliary tokens and account keys would act as somebody else. */
const neverForwarded = new Set(["x-ms-authorization-auxiliary", "x-ms-copy-source-authorization"]);

/** The headers a call keeps on its way to Microsoft, with the token it is given. */
export function outgoingHeaders(incoming: Headers, token: string | undefined): Headers {
  const headers = new Headers();
  for (const [name, value] of incoming) {
    const known =
      requestHeaders.has(name) || (name.startsWith("x-ms-") && !neverForwarded.has(name));
    if (known) headers.set(name, value);
  }
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (!headers.has("client-request-id")) headers.set("client-request-id", crypto.randomUUID());
  return headers;
}

const droppedAnswers = new Set([
  "set-cookie",
  "www-authenticate",
  "proxy-authenticate",
  "connection",
  "keep-alive",
  "transfer-encoding",
  "alt-svc",
]);

/** Microsoft's, and those of our own name: they say that an answer is the connection's own. */
const isDropped = (name: string): boolean =>
  droppedAnswers.has(name) || name.startsWith("access-control-") || name.startsWith("x-azure-");

/** Microsoft's answer without what belongs to its own origin: cookies, CORS, challenges. */
export function incomingAnswer(answer: Response): Response {
  // No `encodeBody: "manual"`, though the header stays: what `body` gives is decoded, and workerd
  // itself passes a body on as it came, with its encoding and length, when nothing reads it.
  const copy = new Response(answer.body, answer);
  // The names of what came: deleting from headers while walking over them may skip one.
  for (const name of answer.headers.keys()) {
    if (isDropped(name)) copy.headers.delete(name);
  }
  return copy;
}
