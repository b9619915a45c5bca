import { vi } from "vitest";

type Body = Record<string, unknown>;
type Change = (body: Body, form: URLSearchParams) => Body | Promise<Body>;

/**
 * Changes Entra's answers on their way to the Worker, for sign-ins that no sandbox would let happen.
 * Ends with `vi.restoreAllMocks()`.
 *
 * @param changes by a part of the URL; each gets the parsed answer and the form it answers
 */
export function rewriteAnswers(changes: Readonly<Record<string, Change>>): void {
  const send = globalThis.fetch;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const [, change] = Object.entries(changes).find(([part]) => request.url.includes(part)) ?? [];
    if (change === undefined) return send(request);
    const form = new TextDecoder().decode(await request.clone().arrayBuffer());
    const response = await send(request);
    if (!response.ok) return response;
    const body = await change(await response.json<Body>(), new URLSearchParams(form));
    return Response.json(body, response);
  });
}

export const tokenAnswers = "/oauth2/v2.0/token";
export const keySets = "/discovery/v2.0/keys";
