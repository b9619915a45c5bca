import { describe, expect, test } from "vitest";
import { faultSchema } from "../../sandbox/fault-input.ts";
import { cutShort, Faults, firstHalf, planOf, respondBy } from "../../sandbox/faults.ts";
import type { FaultPlan } from "../../sandbox/faults.ts";

const fault = (input: object) => faultSchema.parse(input);
const arrival = {
  method: "POST",
  url: "https://login.microsoftonline.com/common/oauth2/v2.0/token",
  grantType: "refresh_token",
};

describe("faults in waiting", () => {
  test("are listed with the times that are left, until they are cleared", () => {
    const faults = new Faults();
    faults.add(fault({ aadsts: 50076, times: 2 }));
    faults.take(arrival);
    expect(faults.list()).toEqual([fault({ aadsts: 50076, times: 1 })]);
    faults.clear();
    expect(faults.list()).toEqual([]);
  });

  test("are used up by as many requests as they say, in the order they came", () => {
    const faults = new Faults();
    faults.add(fault({ aadsts: 50076, times: 2 }));
    faults.add(fault({ aadsts: 53003 }));
    const codes = Array.from({ length: 4 }, () => faults.take(arrival)?.aadsts);
    expect(codes).toEqual([50076, 50076, 53003, undefined]);
  });

  const matchers: [matcher: object, matches: boolean][] = [
    [{}, true],
    [{ url: "/oauth2/v2.0/token" }, true],
    [{ url: "graph.microsoft.com" }, false],
    [{ method: "post" }, true],
    [{ method: "GET" }, false],
    [{ grant_type: "refresh_token" }, true],
    [{ grant_type: "authorization_code" }, false],
    [{ url: "/token", method: "GET", grant_type: "refresh_token" }, false],
  ];
  test.each(matchers)("%j against a refresh: %s", (match, expected) => {
    const faults = new Faults();
    faults.add(fault({ match, reset: true }));
    expect(faults.take(arrival) !== undefined).toBe(expected);
  });
});

describe("a fault that cannot be", () => {
  const respond = { status: 200 };
  const wrong: [input: object, field: string][] = [
    [{ matches: {} }, "matches"],
    [{}, "respond"],
    [{ times: 3, match: { url: "/token" } }, "respond"],
    [{ respond, times: 0 }, "times"],
    [{ respond, match: { host: "x" } }, "host"],
    [{ respond, delay_ms: -1 }, "delay_ms"],
    [{ respond, delay_ms: "5" }, "delay_ms"],
    [{ respond: {} }, "status"],
    [{ respond: { status: 199 } }, "status"],
    [{ respond: { status: 600 } }, "status"],
    [{ respond: { status: 200.5 } }, "status"],
    [{ respond: { status: 200, headers: { "x y": "1" } } }, "x y"],
    [{ respond: { status: 200, headers: { "": "1" } } }, "headers"],
    [{ respond: { status: 200, headers: { a: "1\r\nb: 2" } } }, "headers.a"],
    [{ respond: { status: 200, headers: { a: "€" } } }, "headers.a"],
    [{ respond: { status: 200, headers: { a: [] } } }, "headers.a"],
    [{ respond: { status: 200, headers: { a: null } } }, "headers.a"],
    [{ respond: { status: 200, headers: { "retry-after": 2.5 } } }, "headers.retry-after"],
    [{ respond: { status: 204, body: "x" } }, "body"],
    [{ respond: { status: 304, body: {} } }, "body"],
    [{ respond: { status: 200, body: "x", repeat: 0 } }, "repeat"],
    [{ respond: { status: 200, body: "xx", repeat: 200_000_000 } }, "repeat"],
    [{ respond: { status: 200, extra: 1 } }, "extra"],
    [{ respond, aadsts: 50076 }, "aadsts"],
    [{ aadsts: 5 }, "aadsts"],
    [{ respond, suberror: "bad_token" }, "suberror"],
    [{ reset: true, respond }, "reset"],
    [{ reset: true, cut: true }, "reset"],
    [{ reset: false }, "reset"],
  ];
  test.each(wrong)("%j is refused by the name of its field", (input, field) => {
    const { error } = faultSchema.safeParse(input);
    const said = error?.issues.map(({ path, message }) => `${path.join(".")} ${message}`).join();
    expect(said).toContain(field);
  });

  test("a body too deep to be written as JSON", () => {
    const body: unknown = JSON.parse("[".repeat(200_000) + "]".repeat(200_000));
    const { error } = faultSchema.safeParse({ respond: { status: 200, body } });
    expect(error?.issues).toMatchObject([{ path: ["respond", "body"] }]);
  });
});

describe("the answer of a fault", () => {
  const answered = (respond: object) => {
    const answer = fault({ respond }).respond;
    if (!answer) throw new Error("no answer");
    return respondBy(answer);
  };

  const odd: [what: string, body: unknown, type: string][] = [
    ["HTML", "<html><body>502 Bad Gateway</body></html>", "text/html"],
    ["cut JSON", '{"access_token":"ey', "application/json"],
    ["deep JSON", "[".repeat(200_000) + "]".repeat(200_000), "application/json"],
    ["nothing at all", "", "application/json"],
    ["a number", "1e999", "application/json"],
  ];
  test.each(odd)("may be %s, word for word", async (_what, body, type) => {
    const response = answered({ status: 200, headers: { "content-type": type }, body });
    expect([response.headers.get("content-type"), await response.text()]).toEqual([type, body]);
  });

  test.each([200, 201, 226, 299, 302, 401, 418, 429, 451, 499, 500, 509, 599])(
    "may have the status %d",
    async (status) => {
      expect(answered({ status, body: "x" }).status).toBe(status);
    },
  );

  test("has every header as it was written, several of one name too", () => {
    const { headers } = answered({
      status: 503,
      headers: {
        "Retry-After": "2.1285",
        "retry-after-ms": "12.5",
        "www-authenticate": ["Bearer a=1", 'Basic realm="x"'],
        "set-cookie": ["a=1", "b=2"],
        "x-odd": "",
        "x-latin": "caf\u00E9",
      },
    });
    expect(headers.get("retry-after")).toBe("2.1285");
    expect(headers.get("retry-after-ms")).toBe("12.5");
    expect(headers.get("www-authenticate")).toBe('Bearer a=1, Basic realm="x"');
    expect(headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect([headers.get("x-odd"), headers.get("x-latin")]).toEqual(["", "caf\u00E9"]);
  });

  test("has the content type of its body, or another", () => {
    const type = (headers: object, body: unknown = { a: 1 }) =>
      answered({ status: 200, headers, body }).headers.get("content-type");
    expect(type({})).toBe("application/json");
    expect(type({}, "text")).toBe("text/plain;charset=UTF-8");
    expect(type({ "Content-Type": "text/html" })).toBe("text/html");
  });

  test("is as large as it is asked to be, piece by piece", async () => {
    const { body } = answered({ status: 200, body: "0123456789", repeat: 2_000_000 });
    let bytes = 0;
    let pieces = 0;
    for await (const piece of body ?? []) {
      bytes += piece.length;
      pieces += 1;
    }
    expect(bytes).toBe(20_000_000);
    expect(pieces).toBeGreaterThan(100);
  });

  test("is cut in the middle of its body", async () => {
    const cut = cutShort(answered({ status: 200, body: "0123456789" }));
    expect(cut.headers.get("x-sandbox-fault")).toBe("cut");
    expect(new TextDecoder().decode(await firstHalf(cut))).toBe("01234");
  });
});

describe("the plan of a fault", () => {
  const plans: [input: object, plan: FaultPlan][] = [
    [{ delay_ms: 50 }, { delayMs: 50, serve: true, answer: "service", cut: false }],
    [{ reset: true }, { delayMs: 0, serve: false, answer: "reset", cut: false }],
    [{ aadsts: 50076 }, { delayMs: 0, serve: false, answer: "aadsts", cut: false }],
    [
      { respond: { status: 503 }, delay_ms: 5 },
      { delayMs: 5, serve: false, answer: "respond", cut: false },
    ],
    [{ after_commit: true }, { delayMs: 0, serve: true, answer: "reset", cut: false }],
    [
      { after_commit: true, respond: { status: 504 } },
      { delayMs: 0, serve: true, answer: "respond", cut: false },
    ],
    [{ cut: true }, { delayMs: 0, serve: true, answer: "service", cut: true }],
    [
      { cut: true, after_commit: true },
      { delayMs: 0, serve: true, answer: "service", cut: true },
    ],
    [
      { cut: true, respond: { status: 200 } },
      { delayMs: 0, serve: false, answer: "respond", cut: true },
    ],
    [
      { cut: true, respond: { status: 200 }, after_commit: true },
      { delayMs: 0, serve: true, answer: "respond", cut: true },
    ],
    [
      { cut: true, aadsts: 50076 },
      { delayMs: 0, serve: false, answer: "aadsts", cut: true },
    ],
  ];
  test.each(plans)("%j", (input, plan) => {
    expect(planOf(fault(input))).toEqual(plan);
  });
});
