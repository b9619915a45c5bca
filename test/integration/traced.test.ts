import { tracing } from "cloudflare:workers";
import { describe, expect, test, vi } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { recordSpans, type RecordedSpan } from "./support/spans.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";
const requestId = expect.stringMatching(/^[0-9a-f-]{36}$/);

const clock = clockOfEachTest();

async function drain(stub: Stub, url: string): Promise<Headers> {
  const response = await stub.fetch(url);
  await response.arrayBuffer();
  return response.headers;
}

const named = (spans: readonly RecordedSpan[], name: string) =>
  spans.filter((span) => span.name === name).map(({ attributes }) => attributes);

describe("a traced request", () => {
  test("shows the call to Microsoft with its status and request id", async () => {
    const { stub } = await connected();
    const spans = recordSpans();
    const graph = await drain(stub, `${me}?$select=displayName`);
    const arm = await drain(stub, subscriptions);
    expect(named(spans, "graph.call")).toEqual([
      {
        resource: "graph",
        attempt: 1,
        status: 200,
        upstream_request_id: graph.get("request-id"),
      },
    ]);
    expect(named(spans, "arm.call")).toEqual([
      {
        resource: "arm",
        attempt: 1,
        status: 200,
        upstream_request_id: arm.get("x-ms-request-id"),
      },
    ]);
  });

  test("shows a call that was repeated after its 401, and the refresh between", async () => {
    const { stub } = await connected();
    await sandbox.revoke("ada@contoso.example", "graph");
    const spans = recordSpans();
    await drain(stub, me);
    const calls = spans.filter(({ name }) => name !== "directory.write");
    expect(calls).toMatchObject([
      { name: "graph.call", attributes: { attempt: 1, status: 401 } },
      {
        name: "token.refresh",
        attributes: { resource: "graph", attempt: 1, outcome: "ok", waiters: 1 },
      },
      { name: "entra.token", attributes: { status: 200, upstream_request_id: requestId } },
      { name: "graph.call", attributes: { attempt: 2, status: 200 } },
    ]);
  });

  test("shows what a sign-in asks of Entra, and the row it writes in the directory", async () => {
    const spans = recordSpans();
    const { stub } = await connected();
    await expect.poll(() => named(spans, "directory.write").length).toBeGreaterThan(0);
    expect(named(spans, "entra.token")).toMatchObject([{ status: 200 }, { status: 200 }]);
    expectOk(await stub.info());
  });

  test("has no URL and no secret in any attribute", async () => {
    const spans = recordSpans();
    const { stub } = await connected();
    await clock.advance(4_000);
    await drain(stub, `${me}/messages?$filter=secret`);
    const told = JSON.stringify(spans);
    expect(told).not.toMatch(/https:|secret|eyJ/);
    expect(told).toContain("graph.call");
  });

  test("fails as the work under it fails", async () => {
    const { stub } = await connected();
    const spans = recordSpans();
    await sandbox.fault({ match: { url: me }, times: 1, reset: true });
    expect((await drain(stub, me)).get("x-azure-error")).toBe("upstream_unavailable");
    expect(named(spans, "graph.call")).toEqual([{ resource: "graph", attempt: 1 }]);
  });
});

test("a request that nobody traces enters no span", async () => {
  const { stub } = await connected();
  const enter = vi.spyOn(tracing, "enterSpan");
  await drain(stub, me);
  expect(enter.mock.calls.map(([name]) => name)).not.toContain("graph.call");
});
