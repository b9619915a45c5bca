import { describe, expect, test, vi } from "vitest";
import { AzureClient, AzureError } from "../../../src/client/index.ts";
import { json, stoppedClock } from "../arm/script.ts";

const baseUrl = "https://azure.example.com";

/** A client whose attempts end so, one after the other; the last end repeats. */
function clientOf(...ends: (() => Response | Promise<Response>)[]) {
  let attempts = 0;
  const azure = new AzureClient({
    baseUrl,
    apiKey: "azk_1_secret",
    ...stoppedClock(),
    async fetch() {
      const end = ends[Math.min(attempts, ends.length - 1)];
      attempts += 1;
      if (end === undefined) throw new Error("no end");
      return end();
    },
  });
  return { ada: azure.connection({ userId: "ada" }), attempts: () => attempts };
}

const refusedBy = (reason: unknown) => () => Promise.reject(reason);
const failing = async (work: Promise<unknown>): Promise<AzureError> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AzureError) return error;
  throw new Error("it did not fail as it should", { cause: error });
};

describe("a request of the client that gets no answer", () => {
  test.each<[string, unknown]>([
    ["a connection that was refused", new TypeError("fetch failed")],
    ["a name that does not resolve", new Error("getaddrinfo ENOTFOUND")],
    ["a certificate that is not trusted", new TypeError("self-signed certificate")],
    ["a reason that is no error", "gone"],
  ])("keeps as its cause %s", async (_, reason) => {
    const { ada, attempts } = clientOf(refusedBy(reason));
    const error = await failing(ada.info());
    expect(error).toMatchObject({
      code: "upstream_unavailable",
      message: `The connection service at ${baseUrl} could not be reached.`,
    });
    expect(error.cause).toBe(reason);
    expect(attempts()).toBeGreaterThan(1);
  });

  test("says of a write that it may have been done", async () => {
    const { ada, attempts } = clientOf(refusedBy(new TypeError("reset")));
    const error = await failing(ada.disconnect());
    expect(error.details).toEqual({ outcome: "unknown" });
    expect(error.cause).toBeInstanceOf(TypeError);
    expect(attempts()).toBeGreaterThan(0);
  });

  test("has no cause once the service has answered", async () => {
    const answer = json({ success: false, error: "no", code: "not_found" }, 404);
    const { ada } = clientOf(refusedBy(new TypeError("reset")), () => answer);
    const error = await failing(ada.info());
    expect(error).toMatchObject({ code: "not_found" });
    expect(error).not.toHaveProperty("cause");
  });

  test("names the service, and not Microsoft, when time runs out", async () => {
    vi.useFakeTimers();
    try {
      const azure = new AzureClient({
        baseUrl,
        apiKey: "azk_1_secret",
        ...stoppedClock(),
        budgetMs: 0,
        fetch: (_, init) =>
          new Promise((__, reject) => {
            init.signal?.addEventListener("abort", () => reject(init.signal?.reason));
          }),
      });
      const failed = failing(azure.connection({ userId: "ada" }).info());
      await vi.advanceTimersByTimeAsync(120_000);
      const error = await failed;
      expect(error).toMatchObject({
        code: "upstream_timeout",
        message: `The connection service at ${baseUrl} did not answer in time.`,
      });
      expect(error.cause).toMatchObject({ name: "AbortError" });
    } finally {
      vi.useRealTimers();
    }
  });
});
