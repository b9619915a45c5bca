import { describe, expect, it } from "vitest";
import { AzureClient, AzureError, type ServiceOptions } from "../../../src/client/index.ts";
import { errorResponse, failure } from "../../../src/contract/errors.ts";
import { stoppedClock } from "../arm/script.ts";

const baseUrl = "https://azure.example.com";
const refused = () => errorResponse(failure("unauthenticated", "This credential is not valid."));

/** A token that says when it ends, in seconds; nobody verifies it here. */
const endingAt = (seconds: number): string =>
  ["e30", Buffer.from(JSON.stringify({ exp: seconds })).toString("base64url"), "x"].join(".");

/** A service that knows some tokens, and a source of them. */
function service(tokens: (string | Error)[], options: Partial<ServiceOptions> = {}) {
  const valid = new Set<string>();
  const sent: string[] = [];
  let asked = 0;
  const clock = stoppedClock();
  const azure = new AzureClient({
    baseUrl,
    ...clock,
    token: async () => {
      const next = tokens[Math.min(asked, tokens.length - 1)];
      asked += 1;
      await Promise.resolve();
      if (next instanceof Error) throw next;
      return next ?? "";
    },
    async fetch(_, { headers }) {
      const bearer = new Headers(headers).get("authorization")?.slice("Bearer ".length) ?? "";
      sent.push(bearer);
      await Promise.resolve();
      return valid.has(bearer) ? Response.json({ success: true, data: { id: "u" } }) : refused();
    },
    ...options,
  });
  return { ada: azure.connection({ userId: "ada" }), valid, sent, clock, asked: () => asked };
}

const failing = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

describe("a token that a function gives", () => {
  it("is asked for before the first call, and kept", async () => {
    const { ada, valid, sent, asked } = service(["one"]);
    expect(asked()).toBe(0);
    valid.add("one");
    await ada.info();
    await ada.info();
    expect([sent, asked()]).toEqual([["one", "one"], 1]);
  });

  it("is asked for once by calls at the same time", async () => {
    const { ada, valid, asked } = service(["one"]);
    valid.add("one");
    await Promise.all(Array.from({ length: 50 }, () => ada.info()));
    expect(asked()).toBe(1);
  });

  it("is asked for again, once, when a hundred calls are refused", async () => {
    const { ada, valid, sent, asked } = service(["one", "two"]);
    valid.add("one");
    await ada.info();
    valid.clear();
    valid.add("two");
    const answers = await Promise.all(Array.from({ length: 100 }, () => ada.info()));
    expect(answers).toHaveLength(100);
    expect(asked()).toBe(2);
    expect(sent.filter((token) => token === "two")).toHaveLength(100);
  });

  it("is asked for again before a call when it says that it has ended", async () => {
    const start = stoppedClock().now();
    const [one, two] = [endingAt(start / 1000 + 60), endingAt(start / 1000 + 600)];
    const { ada, valid, sent, clock } = service([one, two]);
    valid.add(one).add(two);
    await ada.info();
    await clock.sleep(59_000);
    await ada.info();
    await clock.sleep(1_000);
    await ada.info();
    expect(sent).toEqual([one, one, two]);
  });

  it("is not tried twice when the function gives the refused one again", async () => {
    const { ada, sent, asked } = service(["one"]);
    expect(await failing(ada.info())).toMatchObject({ code: "unauthenticated" });
    expect([sent, asked()]).toEqual([["one"], 2]);
  });

  it("is asked for again by a write, of which a refusal did nothing", async () => {
    const { ada, valid, sent } = service(["one", "two"]);
    valid.add("two");
    await ada.graph.sendMail({ message: {} });
    expect(sent).toEqual(["one", "two"]);
  });

  it("is asked for again by a call through a gateway, unless its body has streamed away", async () => {
    const { ada, valid, sent } = service(["one", "two"]);
    valid.add("two");
    expect((await ada.fetch("/graph/v1.0/me", { method: "PATCH", body: "{}" })).status).toBe(200);
    expect(sent).toEqual(["one", "two"]);
    const other = service(["one", "two"]);
    const body = new Blob(["x"]).stream();
    expect((await other.ada.fetch("/graph/v1.0/me", { method: "PUT", body })).status).toBe(401);
    expect(other.sent).toEqual(["one"]);
  });

  it("may be given without a promise, and by a key's function", async () => {
    const { ada, valid, sent } = service([], { token: undefined, apiKey: () => "azk_1_secret" });
    valid.add("azk_1_secret");
    await ada.info();
    expect(sent).toEqual(["azk_1_secret"]);
  });

  it("fails with its function's error as the cause, and is asked for again by the next call", async () => {
    const down = new TypeError("fetch failed");
    const { ada, valid, sent } = service([down, "one"]);
    valid.add("one");
    const error = await failing(ada.info());
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({ code: "upstream_unavailable", cause: down });
    await ada.info();
    expect(sent).toEqual(["one"]);
  });

  it("fails with the function's own AzureError as it is", async () => {
    const signedOut = new AzureError(failure("unauthenticated", "Nobody is signed in."));
    const { ada } = service([signedOut]);
    expect(await failing(ada.info())).toBe(signedOut);
  });

  it("fails at once when a function throws before it gives a promise, and recovers", async () => {
    let calls = 0;
    const { ada, valid } = service([], {
      token: () => {
        calls += 1;
        if (calls === 1) throw new Error("not ready");
        return "one";
      },
    });
    valid.add("one");
    expect(await failing(ada.info())).toMatchObject({ cause: { message: "not ready" } });
    expect(await ada.info()).toEqual({ data: { id: "u" } });
  });

  it("that is none is no credential", async () => {
    const { ada, sent } = service([""]);
    expect(await failing(ada.info())).toMatchObject({ code: "unauthenticated" });
    expect(sent).toEqual([]);
  });
});

it("a token that is no function is refused as it is", async () => {
  const { ada, sent } = service([], { token: "one" });
  expect(await failing(ada.info())).toMatchObject({ code: "unauthenticated" });
  expect(sent).toEqual(["one"]);
});
