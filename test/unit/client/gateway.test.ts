import { describe, expect, it } from "vitest";
import { AzureClient } from "../../../src/client/index.ts";
import { GraphClient } from "../../../src/graph/index.ts";
import { stoppedClock } from "../arm/script.ts";

const baseUrl = "https://azure.example.com/prefix";

function client(answer: () => Response | Promise<Response>) {
  const asked: { url: string; headers: Headers; init: RequestInit }[] = [];
  const azure = new AzureClient({
    baseUrl,
    apiKey: "azk_1_secret",
    async fetch(url, init) {
      asked.push({ url, headers: new Headers(init.headers), init });
      return answer();
    },
  });
  return { ada: azure.connection({ userId: "ada", label: "work" }), asked };
}

describe("the fetch of a connection over HTTP", () => {
  it("asks the gateway with the credential, and names the connection", async () => {
    const { ada, asked } = client(() => Response.json({ id: "m" }));
    const answer = await ada.fetch("/graph/v1.0/me?$select=id", { headers: { prefer: "x" } });
    expect(await answer.json()).toEqual({ id: "m" });
    expect(asked[0]?.url).toBe(`${baseUrl}/graph/v1.0/me?$select=id`);
    expect(Object.fromEntries(asked[0]?.headers ?? [])).toEqual({
      authorization: "Bearer azk_1_secret",
      prefer: "x",
      "x-azure-connection": "user:ada:work",
    });
  });

  it.each([
    "https://graph.microsoft.com/v1.0/me",
    "https://azure.example.com/graph/v1.0/me",
    "https://azure.example.com.evil.example/prefix/graph/v1.0/me",
    `${baseUrl}/graph/../connections`,
    `${baseUrl}/graph/%2e%2e/sessions`,
    `${baseUrl}/graphs/v1.0/me`,
    "https://ada@azure.example.com/prefix/graph/v1.0/me",
    "//evil.example/graph/v1.0/me",
    "/connections",
    "graph/v1.0/me",
    "",
  ])("sends the credential nowhere else: %s", async (url) => {
    const { ada, asked } = client(() => new Response());
    const error: unknown = await ada.fetch(url).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "invalid_request", details: { field: "url" } });
    expect(asked).toEqual([]);
  });

  it("fails with the cause when no answer comes", async () => {
    const reset = new TypeError("reset");
    const { ada } = client(() => Promise.reject(reset));
    const failed = (method: string) =>
      ada.fetch("/arm/subscriptions", { method }).catch((reason: unknown) => reason);
    expect(await failed("GET")).toMatchObject({
      code: "upstream_unavailable",
      message: "The connection service at https://azure.example.com could not be reached.",
      cause: reset,
    });
    expect(await failed("POST")).toMatchObject({ details: { outcome: "unknown" } });
  });

  it("fails with the caller's own reason when it gives up", async () => {
    const gone = new Error("closed the tab");
    const { ada } = client(() => Promise.reject(new TypeError("aborted")));
    const answer = ada.fetch("/graph/v1.0/me", { signal: AbortSignal.abort(gone) });
    expect(await answer.catch((reason: unknown) => reason)).toBe(gone);
  });

  it("carries GraphClient, whose next links lead to the gateway", async () => {
    const next = `${baseUrl}/graph/v1.0/me/messages?$skip=1`;
    const pages = [{ value: [{ id: "1" }], "@odata.nextLink": next }, { value: [{ id: "2" }] }];
    const { ada, asked } = client(() => Response.json(pages[asked.length - 1]));
    const graph = new GraphClient(ada, { endpoint: `${baseUrl}/graph`, ...stoppedClock() });
    const ids: (string | undefined)[] = [];
    for await (const { id } of graph.messages.list()) ids.push(id);
    expect(ids).toEqual(["1", "2"]);
    expect(asked[1]?.url).toBe(next);
  });
});
