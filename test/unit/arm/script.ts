/** A `fetch` that answers from a list, in order, and remembers what it was asked. */
export interface Asked {
  method: string;
  url: string;
  headers: Headers;
  body: unknown;
}

export type Answer = Response | Error | ((asked: Asked) => Response);

export function scripted(...answers: Answer[]) {
  const asked: Asked[] = [];
  return {
    asked,
    fetch: async (url: string, init: RequestInit = {}): Promise<Response> => {
      init.signal?.throwIfAborted();
      const request: Asked = {
        method: init.method ?? "GET",
        url,
        headers: new Headers(init.headers),
        body: typeof init.body === "string" ? JSON.parse(init.body) : undefined,
      };
      asked.push(request);
      const answer = answers.shift();
      if (answer === undefined) throw new RangeError(`nobody expected ${request.method} ${url}`);
      if (answer instanceof Error) throw answer;
      return typeof answer === "function" ? answer(request) : answer;
    },
  };
}

/** A clock that only sleeping moves. */
export function stoppedClock(start = 1_800_000_000_000) {
  let time = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => time,
    random: () => 0,
    sleep: async (ms: number): Promise<void> => {
      slept.push(ms);
      time += ms;
    },
  };
}

export const json = (body: unknown, status = 200, headers: Record<string, string> = {}): Response =>
  Response.json(body, { status, headers });

export const empty = (status: number, headers: Record<string, string> = {}): Response =>
  new Response(null, { status, headers });
