import type { Fetch } from "../../sandbox/public-types.ts";

export interface Told {
  subscriptionId: string;
  changeType?: string;
  lifecycleEvent?: string;
  resource?: string;
  clientState?: string | null;
  resourceData?: Record<string, unknown>;
  encryptedContent?: Record<string, string>;
  [member: string]: unknown;
}

export interface Posted {
  url: string;
  value: Told[];
  validationTokens?: string[];
}

/** An endpoint of notifications, without a network: what `outbound` of a world takes. */
export function createEndpoint() {
  const posts: Posted[] = [];
  const validated: string[] = [];
  const waiting: { count: number; resolve: () => void }[] = [];
  let answer: (url: URL, signal: AbortSignal) => Response | Promise<Response> = () =>
    new Response(null, { status: 202 });
  let validate = (token: string): Response => new Response(token);

  const outbound: Fetch = async (input, init) => {
    const url = new URL(String(input));
    const token = url.searchParams.get("validationToken");
    if (token !== null) {
      validated.push(String(input));
      return validate(token);
    }
    const signal = init?.signal ?? new AbortController().signal;
    const response = await answer(url, signal);
    posts.push({ url: url.href, ...JSON.parse(String(init?.body)) });
    for (const one of waiting.filter(({ count }) => count <= posts.length)) one.resolve();
    return response;
  };

  return {
    outbound,
    posts,
    /** The addresses at which validation was asked for. */
    validated,
    /** How notifications are answered from now on. */
    answerBy: (next: typeof answer) => void (answer = next),
    /** How a validation is answered from now on. */
    validateBy: (next: typeof validate) => void (validate = next),
    /** Resolves when so many POSTs have come in all. */
    posted: (count: number) =>
      posts.length >= count
        ? Promise.resolve()
        : new Promise<void>((resolve) => void waiting.push({ count, resolve })),
    /** What was told in all, POST by POST. */
    told: () => posts.flatMap(({ value }) => value),
    clear() {
      posts.length = 0;
      validated.length = 0;
      waiting.length = 0;
      answer = () => new Response(null, { status: 202 });
      validate = (token) => new Response(token);
    },
  };
}
