import { request } from "node:https";
import { isLocal } from "./hosts.ts";
import type { Fetch } from "./public-types.ts";

/** Sends by https to this machine, whose certificates nobody else has to trust. */
const sendLocally = (url: URL, init: RequestInit): Promise<Response> =>
  new Promise((resolve, reject) => {
    const { method = "GET", headers, signal } = init;
    const options = {
      method,
      headers: Object.fromEntries(new Headers(headers)),
      rejectUnauthorized: false,
      ...(signal ? { signal } : {}),
    };
    request(url.href, options, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk));
      answer.on("error", reject);
      answer.on("end", () => {
        const { "content-type": type = "" } = answer.headers;
        const body = chunks.length === 0 ? null : Buffer.concat(chunks);
        resolve(
          new Response(body, { status: answer.statusCode ?? 0, headers: { "content-type": type } }),
        );
      });
    })
      .on("error", reject)
      .end(init.body);
  });

/** The `fetch` there is now, that also takes any certificate of this machine, such as a Worker's own. */
export function machineFetch(): Fetch {
  const { fetch } = globalThis;
  return (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    const isText = init.body === undefined || typeof init.body === "string";
    return url.protocol === "https:" && isLocal(url.origin) && isText && !(input instanceof Request)
      ? sendLocally(url, init)
      : fetch(input, init);
  };
}
