import { describe, expect, it } from "vitest";
import { ArmClient } from "../../../src/arm/index.ts";
import {
  AzureError,
  errorResponse,
  errorStatuses,
  failure,
  type ErrorCode,
} from "../../../src/contract/errors.ts";
import { GraphClient } from "../../../src/graph/index.ts";
import { stoppedClock } from "../arm/script.ts";
import { collect } from "./collect.ts";

const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const site = `/subscriptions/${subscription}/resourceGroups/web/providers/Microsoft.Web/sites/shop`;

const reasonFor = (code: ErrorCode) =>
  failure(code, `${code}, in our own words.`, {
    request_id: "r-1",
    retry_after: 30,
    remedy: {
      action: "fix_app",
      message: "Renew the secret.",
      aadsts: 7_000_222,
      since: "2026-11-28T00:00:00Z",
    },
    details: { variable: "AZURE_CLIENT_SECRET", reason: "invalid_client" },
  });

/** How an error of ours reaches a client: as an answer, as itself, or as what RPC leaves of it. */
const ways: Record<string, (code: ErrorCode) => Response | Error> = {
  "an answer": (code) => errorResponse(reasonFor(code)),
  "a thrown error": (code) => new AzureError(reasonFor(code)),
  "an error through RPC": (code) => {
    const { message, ...own } = reasonFor(code);
    return Object.assign(new Error(message), { ...own, status: errorStatuses[code] });
  },
};

function clients(answer: () => Response | Error) {
  const asked: string[] = [];
  const options = stoppedClock();
  const fetcher = {
    fetch: async (url: string) => {
      asked.push(url);
      const told = answer();
      if (told instanceof Error) throw told;
      return told;
    },
  };
  const graph = new GraphClient(fetcher, options);
  return { asked, graph, arm: new ArmClient(fetcher, options) };
}

describe("an endpoint", () => {
  it.each([
    "",
    "graph.microsoft.com",
    "/graph",
    "ftp://graph.microsoft.com",
    "https://\ud800",
    "https://a.example/\udfff",
  ])("is named when it is %j", (endpoint) => {
    const fetcher = { fetch: async () => new Response() };
    for (const Client of [GraphClient, ArmClient]) {
      let error: unknown;
      try {
        error = new Client(fetcher, { endpoint });
      } catch (reason) {
        error = reason;
      }
      expect(error).toMatchObject({ code: "invalid_request", details: { field: "endpoint" } });
    }
  });
});

const calls: [string, (c: ReturnType<typeof clients>) => Promise<unknown>][] = [
  ["graph.users.me", ({ graph }) => graph.users.me()],
  ["graph.messages.list", ({ graph }) => collect(graph.messages.list())],
  ["graph.messages.send", ({ graph }) => graph.messages.send({ message: {} })],
  ["graph.calendar.create", ({ graph }) => graph.calendar.create({ subject: "Tea" })],
  ["graph.files.download", ({ graph }) => graph.files.download("a.txt")],
  ["graph.files.upload", ({ graph }) => graph.files.upload("a.txt", "x", 1)],
  ["graph.batch", ({ graph }) => graph.batch([{ method: "POST", url: "/me/events", body: {} }])],
  ["graph.delta", ({ graph }) => graph.delta("/users").next()],
  ["arm.subscriptions.list", ({ arm }) => collect(arm.subscriptions.list())],
  ["arm.resources.get", ({ arm }) => arm.resources.get(site)],
  ["arm.resourceGroups.delete", ({ arm }) => arm.resourceGroups.delete(subscription, "web")],
];

describe("a call that gets no answer", () => {
  // A batch answers for each of its requests.
  const thrown = calls.filter(([name]) => name !== "graph.batch");
  it.each(thrown)("keeps as its cause what the fetch of %s threw", async (_, call) => {
    const reset = new TypeError("network connection lost");
    const error = await call(clients(() => reset)).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({ code: "upstream_unavailable", cause: reset });
    expect(String(error)).not.toContain("Microsoft");
  });
});

describe.each(Object.entries(ways))("an error of ours as %s", (_, told) => {
  const codes: readonly ErrorCode[] = [
    "app_misconfigured",
    "internal_error",
    "action_required",
    "unauthenticated",
    "forbidden",
    "not_found",
    "conflict",
    "invalid_request",
  ];

  it.each(calls)("passes through %s as it is, after one request", async (_, call) => {
    for (const code of codes) {
      const target = clients(() => told(code));
      const error = await call(target).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(AzureError);
      expect(error).toMatchObject({ ...reasonFor(code), status: errorStatuses[code] });
      expect(target.asked).toHaveLength(1);
    }
  });

  it("is waited out when it relays that Microsoft throttles", async () => {
    let asked = 0;
    const target = clients(() => {
      asked += 1;
      return asked === 1
        ? new AzureError(failure("throttled", "t", { retry_after: 2 }))
        : Response.json({ id: "1" });
    });
    expect(await target.graph.users.me()).toEqual({ id: "1" });
  });
});
