/** Requests over HTTP that a server sends with its API key: to this Worker, or to one like it. */
import { mailFields, mailTop } from "./mail.ts";

export const graphOrigin = "https://graph.microsoft.com";

const origin = "http://localhost:8787";
const key = { authorization: "Bearer azk_all_all-secret" };

export const largeToken = "t".repeat(2_000);

/** As an object that only forwards is given it by whoever calls it. */
export const tokenHeaders = { authorization: `Bearer ${largeToken}` };

/** `GET /mail` of a connection. */
export const listMailByKey = (to: Fetcher, connection: string): Promise<Response> =>
  to.fetch(`${origin}/mail?connection=${connection}&top=${mailTop}&select=${mailFields}`, {
    headers: key,
  });

/** Graph below a path of the Worker. */
const below =
  (path: string) =>
  (to: Fetcher, connection: string, url: string): Promise<Response> =>
    to.fetch(url.replace(graphOrigin, `${origin}${path}`), {
      headers: { ...key, "x-azure-connection": connection },
    });

export const byGateway = below("/graph");
export const byEmptyObject = below("/object");
