import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { Authority, failureOf, refresh, tokens } from "./authority.ts";

let authority: Authority;
beforeEach(() => {
  authority = new Authority();
});

const day = 86_400;
const longest = 28 * 3_600;
const unusable = { code: "invalid_response", disposition: { action: "retry", latch: "none" } };

/** JSON that no serialiser of ours writes: numbers as they are typed. */
const answer = (members: Record<string, string>) => {
  const plain = { token_type: '"Bearer"', access_token: '"the-access-token"', ...members };
  const text = Object.entries(plain).map(([name, value]) => `"${name}":${value}`);
  return new Response(`{${text.join(",")}}`);
};

describe("the lifetime of a token", () => {
  it.each([
    ["3599.5", 3_599],
    ["1.9", 1],
    ['"3599"', 3_599],
    ['" 3599.999 "', 3_599],
    ["86396", 86_396],
    ["100800", longest],
    ["100801", longest],
    ["1e12", longest],
    ["1e13", longest],
    ["1e400", longest],
    [`"${"9".repeat(40)}"`, longest],
    ["9".repeat(40), longest],
  ])("expires_in %s is believed as %i s", async (expiresIn, seconds) => {
    authority.reply(answer({ expires_in: expiresIn }));
    expect(await authority.endpoint().refresh(refresh)).toMatchObject({
      ok: true,
      value: { expiresInSeconds: seconds },
    });
  });

  it.each([
    "0",
    "0.9",
    "-1",
    "-3599",
    "-1e13",
    '"-3599"',
    '""',
    '"soon"',
    '"3599 s"',
    '"NaN"',
    '"Infinity"',
    "null",
    "true",
    "[3599]",
    "{}",
  ])("an answer with expires_in %s is refused, and asked for again", async (expiresIn) => {
    authority.reply(answer({ expires_in: expiresIn }));
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
  });

  it.each([
    ["43198.7", 43_198],
    ['"43198"', 43_198],
    ["1", 1],
    ["86399", 86_399],
    ["86400", undefined],
    ["1e13", undefined],
    ["0.5", undefined],
    ["-43198", undefined],
    ["null", undefined],
    ["[]", undefined],
    ['"soon"', undefined],
    [`"${"9".repeat(40)}"`, undefined],
  ])("refresh_in %s of a token for a day is taken as %s", async (refreshIn, seconds) => {
    authority.reply(answer({ expires_in: String(day), refresh_in: refreshIn }));
    const result = await authority.endpoint().refresh(refresh);
    expect(result).toMatchObject({ ok: true, value: { expiresInSeconds: day } });
    expect(result.ok && result.value.refreshInSeconds).toBe(seconds);
  });

  it("takes refresh_in by the lifetime that is believed, not by the one that was sent", async () => {
    authority.reply(answer({ expires_in: "1e12", refresh_in: "5e11" }));
    const result = await authority.endpoint().refresh(refresh);
    expect(result.ok && result.value).not.toHaveProperty("refreshInSeconds");
  });
});

describe("a token that no header or form can carry", () => {
  const odd = [
    ["a line break", "the-token\r\nx-injected: 1"],
    ["a line feed at its end", "the-token\n"],
    ["a NUL", "the-\u0000token"],
    ["a delete", "the-\u007ftoken"],
    ["a space", "the token"],
    ["an umlaut", "the-tök€n"],
    ["a lone surrogate", "the-\ud800token"],
    ["nothing", ""],
    ["64 KiB", "t".repeat(65_536)],
    ["one character over 16 KiB", "t".repeat(16_385)],
  ] as const;

  it.each(odd)("an access token with %s is refused", async (_what, token) => {
    authority.reply(Response.json(tokens({ access_token: token })));
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
  });

  it.each(odd)("a refresh token with %s is refused", async (_what, token) => {
    authority.reply(Response.json(tokens({ refresh_token: token })));
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
  });

  it.each([
    ["list", ["t"]],
    ["number", 7],
    ["null", null],
    ["object", {}],
    ["boolean", true],
  ])(
    "an access token that is a %s is refused; a refresh token leaves the older one in place",
    async (_what, token) => {
      authority.reply(Response.json(tokens({ access_token: token })));
      expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
      authority.reply(Response.json(tokens({ refresh_token: token })));
      const result = await authority.endpoint().refresh(refresh);
      expect(result).toMatchObject({ ok: true, value: { accessToken: "the-access-token" } });
      expect(result.ok && result.value).not.toHaveProperty("refreshToken");
    },
  );

  it("takes tokens of 16 KiB", async () => {
    const token = "t".repeat(16_384);
    authority.reply(Response.json(tokens({ access_token: token, refresh_token: token })));
    expect(await authority.endpoint().refresh(refresh)).toMatchObject({
      ok: true,
      value: { accessToken: token, refreshToken: token },
    });
  });
});

describe("what stands beside the tokens", () => {
  it.each(["bearer", "BEARER", "Bearer", " Bearer "])(
    "token_type %j is a bearer's",
    async (type) => {
      authority.reply(Response.json(tokens({ token_type: type })));
      expect((await authority.endpoint().refresh(refresh)).ok).toBe(true);
    },
  );

  it.each(["mac", "dpop", "pop", "", "bearer token", 7, null, ["Bearer"], undefined])(
    "token_type %j is refused",
    async (type) => {
      authority.reply(Response.json(tokens({ token_type: type })));
      expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
    },
  );

  it.each([
    ["a list", ["User.Read"], refresh.scopes],
    ["a number", 7, refresh.scopes],
    ["null", null, refresh.scopes],
    ["an object", {}, refresh.scopes],
    ["lines", "User.Read\r\nMail.Read\t openid", ["User.Read", "Mail.Read", "openid"]],
    ["odd names among good ones", 'User.Read "x" \u0000 Fi\u00e9s', ["User.Read"]],
  ])("a scope of %s leaves what can be read", async (_what, scope, scopes) => {
    authority.reply(Response.json(tokens({ scope })));
    expect(await authority.endpoint().refresh(refresh)).toMatchObject({
      ok: true,
      value: { scopes },
    });
  });

  it.each([
    ["User.Read Foo.Bar", ["User.Read"]],
    ["https://graph.microsoft.com/user.read service::mail.read::MBI_SSL", undefined],
    ["openid profile mail.read", ["openid", "profile", "mail.read"]],
    ["a/b/c %2F%2F User.Read", ["User.Read"]],
    ["Mail.ReadWrite.All http://", ["https://graph.microsoft.com/Mail.Read", "User.Read"]],
  ])("an answer to named permissions grants no other: %s", async (scope, granted) => {
    authority.reply(Response.json(tokens({ scope })));
    const scopes = ["https://graph.microsoft.com/Mail.Read", "User.Read"];
    expect(await authority.endpoint().refresh({ ...refresh, scopes })).toMatchObject({
      ok: true,
      value: { scopes: granted ?? ["https://graph.microsoft.com/user.read"] },
    });
  });

  it("keeps no more scopes than a consent can have", async () => {
    authority.reply(Response.json(tokens({ scope: "User.Read ".repeat(50_000) })));
    const result = await authority.endpoint().refresh(refresh);
    expect(result.ok && result.value.scopes.length).toBeLessThanOrEqual(500);
  });

  it.each([
    ["no base64", "%%%"],
    ["no JSON", Buffer.from("hello").toString("base64url")],
    ["no GUIDs", Buffer.from('{"uid":"x\\r\\ny: 1","utid":"z"}').toString("base64url")],
    ["an odd type", ["e30"]],
    ["a mebibyte", "e".repeat(500_000)],
  ])("client_info of %s names no home", async (_what, clientInfo) => {
    authority.reply(Response.json(tokens({ client_info: clientInfo })));
    const result = await authority.endpoint().refresh(refresh);
    expect(result.ok && result.value).not.toHaveProperty("homeAccount");
  });
});

describe("an answer of status 200 that is none", () => {
  const nested = `${"[".repeat(200_000)}${"]".repeat(200_000)}`;

  it.each<[string, () => Response]>([
    ["an error body", () => Response.json({ error: "invalid_grant", error_codes: [50173] })],
    ["an error beside tokens", () => Response.json(tokens({ error: "invalid_grant" }))],
    ["an odd error beside tokens", () => Response.json(tokens({ error: [] }))],
    ["a list of tokens", () => Response.json([tokens()])],
    ["a body that was cut", () => new Response(JSON.stringify(tokens()).slice(0, -5))],
    ["200,000 levels of lists", () => new Response(nested)],
    ["200,000 levels in its token", () => answer({ access_token: nested })],
    ["200,000 levels in its type", () => answer({ token_type: nested })],
    ["200,000 levels in its lifetime", () => answer({ expires_in: nested })],
    ["two mebibytes", () => answer({ x: `"${"x".repeat(2 * 1024 * 1024)}"` })],
    ["a page", () => new Response("<!doctype html><title>Sign in</title>")],
    ["bytes that are no text", () => new Response(new Uint8Array([0xff, 0xfe, 0x00, 0x80]))],
  ])("%s is refused, and asked for again", async (_what, reply) => {
    authority.reply(reply);
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
  });

  it("is usable although something beside it nests 200,000 levels deep", async () => {
    authority.reply(answer({ scope: nested, refresh_in: nested }));
    expect(await authority.endpoint().refresh(refresh)).toMatchObject({
      ok: true,
      value: { accessToken: "the-access-token", scopes: refresh.scopes },
    });
  });

  it("does not wait for the end of a body without one", async () => {
    const chunk = new Uint8Array(64 * 1024).fill(0x20);
    authority.reply(
      new Response(new ReadableStream({ pull: (controller) => controller.enqueue(chunk) })),
    );
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject(unusable);
  });
});

describe("whatever the token endpoint may answer", () => {
  const visible = /^[\u0021-\u007e]{1,16384}$/;
  const odd = fc.jsonValue();
  const member = (...good: readonly unknown[]) => fc.oneof(fc.constantFrom(...good), odd);
  const body = fc.oneof(
    fc.jsonValue(),
    fc.record(
      {
        access_token: member("the-access-token", "a\r\nb", ""),
        token_type: member("Bearer", "bearer"),
        expires_in: fc.oneof(fc.double(), fc.double().map(String), odd),
        refresh_in: fc.oneof(fc.double(), fc.double().map(String), odd),
        scope: member("User.Read", "", " "),
        refresh_token: member("the-refresh-token", "a\nb"),
        client_info: odd,
        error: fc.option(odd, { freq: 10, nil: undefined }),
      },
      { requiredKeys: ["access_token", "token_type"] },
    ),
  );
  const text = fc.oneof(
    body.map((value) => JSON.stringify(value)),
    body.map((value) => JSON.stringify(value).slice(0, -1)),
    fc.string(),
  );
  const headerText = fc.string({
    unit: fc
      .oneof(fc.integer({ min: 0x20, max: 0x7e }), fc.integer({ min: 0xa0, max: 0xff }))
      .map((code) => String.fromCodePoint(code)),
  });
  const headers = fc.dictionary(
    fc.constantFrom("retry-after", "x-ms-request-id", "content-type", "retry-after-ms"),
    fc.oneof(fc.double().map(String), headerText),
  );

  it("is a token set within its bounds, or a failure with a remedy; never an exception", async () => {
    await fc.assert(
      fc.asyncProperty(
        text,
        headers,
        fc.oneof(
          { weight: 3, arbitrary: fc.constant(200) },
          { arbitrary: fc.integer({ min: 201, max: 599 }), weight: 1 },
        ),
        async (answered, extra, status) => {
          const withBody = ![204, 205, 304].includes(status);
          authority.reply(new Response(withBody ? answered : null, { status, headers: extra }));
          const result = await authority.endpoint().refresh(refresh);
          const value = result.ok ? result.value : undefined;
          const failure = result.ok ? undefined : result.error;
          expect(value === undefined || status === 200).toBe(true);
          expect(value?.accessToken ?? "t").toMatch(visible);
          expect(value?.refreshToken ?? "t").toMatch(visible);
          const lifetime = value?.expiresInSeconds ?? 1;
          expect(Number.isInteger(lifetime) && lifetime >= 1 && lifetime <= longest).toBe(true);
          const renewal = value?.refreshInSeconds ?? 0;
          expect(Number.isInteger(renewal) && renewal >= 0 && renewal < lifetime).toBe(true);
          const wait = failure?.retryAfterSeconds ?? 0;
          expect(Number.isInteger(wait) && wait >= 0 && wait <= 3_600).toBe(true);
          const codeless = failure?.codes.length === 0 && failure.code === "invalid_response";
          expect(!codeless || failure.disposition.action === "retry").toBe(true);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
