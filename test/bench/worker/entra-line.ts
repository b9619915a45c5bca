import { isTokenEndpoint } from "../microsoft.ts";

const send = globalThis.fetch;

/** The way from this isolate's objects to Entra's token endpoint. */
export const entraLine = {
  /** Cut, every token POST is answered by a 503, as a front door without a service behind it does. */
  cut: false,
  /** When each token POST went out, by the isolate's clock. */
  posts: [] as number[],
};

/** Puts the line in place. To be called once, when the Worker's module is evaluated. */
export function installEntraLine(): void {
  globalThis.fetch = async (input, init) => {
    if (!isTokenEndpoint(input instanceof Request ? input.url : input.toString())) {
      return send(input, init);
    }
    entraLine.posts.push(Date.now());
    if (entraLine.cut) return new Response("Service unavailable", { status: 503 });
    return send(input, init);
  };
}
