import { describe, expect, test } from "vitest";
import { send, type Network } from "../../live/send.ts";

/** A network that gives these answers in turn, and remembers what was waited for and said. */
function scripted(...answers: readonly (Response | Error)[]) {
  const [waits, said]: [number[], string[]] = [[], []];
  const left = [...answers];
  const network: Network = {
    async fetch() {
      const next = left.shift() ?? new Error("nobody answers");
      if (next instanceof Error) throw next;
      return next;
    },
    now: () => Date.parse("2026-11-29T10:00:00Z"),
    wait: async (seconds) => void waits.push(seconds),
    say: (message) => void said.push(message),
  };
  return { network, waits, said };
}

const busy = (status: number, retryAfter?: string) =>
  new Response("busy", { status, headers: retryAfter ? { "retry-after": retryAfter } : {} });

const at = "https://graph.example/v1.0/me";
const asked = (network: Network) => send(at, { method: "GET" }, network);

describe("A busy service", () => {
  test.each([
    ["seconds", "7", 7],
    ["a part of a second", "2.128", 3],
    ["a date", "Sun, 29 Nov 2026 10:00:20 GMT", 20],
    ["nothing readable", "soon", 10],
    ["nothing at all", undefined, 10],
    ["a year", "31536000", 300],
  ])("is asked again after the wait that it names as %s", async (_, retryAfter, seconds) => {
    const { network, waits, said } = scripted(busy(429, retryAfter), new Response("here"));
    expect(await asked(network)).toMatchObject({ ok: true, value: { status: 200, text: "here" } });
    expect(waits).toEqual([seconds]);
    expect(said).toEqual([`graph.example answered 429: asking again in ${seconds} s`]);
  });

  test("is asked three times more, and then its answer stands", async () => {
    const { network, waits } = scripted(...[1, 2, 3, 4, 5].map(() => busy(503, "1")));
    expect(await asked(network)).toMatchObject({ ok: true, value: { status: 503 } });
    expect(waits).toEqual([1, 1, 1]);
  });
});

test("an answer that refuses is not asked for again", async () => {
  const { network, waits } = scripted(busy(500, "1"), new Response("never"));
  expect(await asked(network)).toMatchObject({ ok: true, value: { status: 500 } });
  expect(waits).toEqual([]);
});

test("a connection that fails is an error with its cause, and without the URL", async () => {
  const { network } = scripted(
    new TypeError("fetch failed", { cause: new Error("read ECONNRESET") }),
  );
  const error = "no answer from graph.example: read ECONNRESET";
  expect(await asked(network)).toEqual({ ok: false, error });
});

test("a body that breaks off is no answer", async () => {
  const body = new ReadableStream({ pull: (stream) => stream.error(new Error("terminated")) });
  const { network } = scripted(new Response(body));
  const error = "no answer from graph.example: terminated";
  expect(await asked(network)).toEqual({ ok: false, error });
});
