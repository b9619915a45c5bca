import { GraphClient, type GraphClientOptions } from "../../../src/graph/index.ts";

export interface Call {
  method: string;
  url: string;
  /** Path and query below the endpoint. */
  path: string;
  headers: Headers;
  body: string;
}

export type Answer = (call: Call) => Response | Promise<Response>;

const endpoint = "https://graph.microsoft.com";

/** A client over a scripted Graph and storage, on a clock that only sleeping moves. */
export function scriptedGraph(answer: Answer, options: GraphClientOptions = {}) {
  let time = Date.UTC(2026, 10, 24);
  const calls: Call[] = [];
  const storageCalls: Call[] = [];
  const waits: number[] = [];
  const record =
    (log: Call[]) =>
    async (url: string, init: RequestInit = {}) => {
      const request = new Request(url, init);
      const call = {
        method: request.method,
        url,
        path: url.startsWith(endpoint) ? url.slice(endpoint.length) : url,
        headers: request.headers,
        body: await request.text(),
      };
      log.push(call);
      return answer(call);
    };
  const graph = new GraphClient(
    { fetch: record(calls) },
    {
      now: () => time,
      sleep: async (ms) => {
        waits.push(ms);
        time += ms;
      },
      random: () => 0,
      newId: () => "fresh-id",
      uploadFetch: record(storageCalls),
      ...options,
    },
  );
  return { graph, calls, storageCalls, waits };
}

export const failureOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => "no failure",
    (reason: unknown) => reason,
  );
