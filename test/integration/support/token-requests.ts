import { vi } from "vitest";

/** What the Worker sent to Entra's token endpoint, as forms, in order; until mocks are restored. */
export function recordTokenRequests(): URLSearchParams[] {
  const send = globalThis.fetch;
  const forms: URLSearchParams[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (request.method === "POST" && request.url.includes("/oauth2/v2.0/token")) {
      const body = await request.clone().arrayBuffer();
      forms.push(new URLSearchParams(new TextDecoder().decode(body)));
    }
    return send(request);
  });
  return forms;
}

/** The `claims` parameter of a token or authorization request, read. */
export const claimsIn = (parameters: URLSearchParams | undefined): Record<string, unknown> =>
  JSON.parse(parameters?.get("claims") ?? "{}");
