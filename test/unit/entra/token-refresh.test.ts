import { beforeEach, describe, expect, it } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import type { TokenFailure } from "../../../src/entra/token-endpoint.ts";
import {
  Authority,
  clientId,
  contoso,
  failureOf,
  host,
  now,
  objectId,
  refresh,
  refusal,
  tokens,
} from "./authority.ts";

let authority: Authority;
beforeEach(() => {
  authority = new Authority();
});

describe("refresh", () => {
  it("asks for one resource and offline_access, with the claims of a challenge merged", async () => {
    authority.reply(Response.json(tokens()));
    const claims = '{"access_token":{"nbf":{"essential":true,"value":"1"}}}';
    await authority.endpoint().refresh({ ...refresh, claims });
    const [sent] = authority.sent;
    expect(sent?.url).toBe(`${host}/${contoso}/oauth2/v2.0/token`);
    expect(Object.fromEntries(sent?.form ?? [])).toEqual({
      grant_type: "refresh_token",
      client_id: clientId,
      client_secret: "s3cr3t",
      refresh_token: "the-old-refresh-token",
      scope: "https://management.azure.com/.default offline_access",
      claims: '{"access_token":{"nbf":{"essential":true,"value":"1"},"xms_cc":{"values":["cp1"]}}}',
    });
  });

  it.each([
    ["no refresh token", { refresh_token: undefined }, { refreshToken: undefined }],
    ["no scope", { scope: undefined }, { scopes: refresh.scopes }],
    ["an empty scope", { scope: " " }, { scopes: refresh.scopes }],
    ["a lifetime as a string", { expires_in: "3599" }, { expiresInSeconds: 3599 }],
    ["no lifetime", { expires_in: undefined }, { expiresInSeconds: 300 }],
    ["refresh_in as a number", { refresh_in: 43200 }, { refreshInSeconds: 43200 }],
    ["refresh_in as no number", { refresh_in: "soon" }, { refreshInSeconds: undefined }],
    ["an unasked id_token nobody signed", { id_token: "e30.e30.e30" }, { idToken: undefined }],
  ])("takes an answer with %s", async (_what, given, expected) => {
    authority.reply(Response.json(tokens(given)));
    const plain = {
      accessToken: "the-access-token",
      expiresInSeconds: 3599,
      refreshToken: "the-refresh-token",
      scopes: ["User.Read", "Mail.Read", "profile", "openid", "email"],
    };
    const result = await authority.endpoint().refresh(refresh);
    expect(result).toEqual({ ok: true, value: { ...plain, ...expected } });
  });

  it("verifies the id_token it asked for, which has no nonce", async () => {
    const kid = await authority.addKey();
    const scopes = ["openid", "profile", "User.Read"];
    const idToken = await authority.idToken(kid, { nonce: undefined });
    authority.reply(Response.json(tokens({ id_token: idToken })));
    const result = await authority.endpoint().refresh({ ...refresh, scopes });
    expect(result).toMatchObject({ ok: true, value: { idToken: { objectId } } });

    authority.reply(Response.json(tokens({ id_token: `${idToken.slice(0, -6)}AAAAAA` })));
    expect(failureOf(await authority.endpoint().refresh({ ...refresh, scopes })).code).toBe(
      "id_token_invalid",
    );
  });

  it("tells a refusal with its codes, its claims and its request id", async () => {
    const claims = '{"access_token":{"capolids":{"essential":true,"values":["a"]}}}';
    authority.reply(
      Response.json(
        refusal(50076, { error: "interaction_required", suberror: "basic_action", claims }),
        { status: 400 },
      ),
    );
    expect(failureOf(await authority.endpoint().refresh(refresh))).toEqual({
      disposition: {
        action: "step_up",
        latch: "resource",
        aadsts: 50076,
        message: expect.any(String),
      },
      code: "interaction_required",
      codes: [50076],
      suberror: "basic_action",
      claims,
      requestId: "cccccccc-0000-4000-8000-000000000001",
    });
  });

  it("reads the refusal behind a WWW-Authenticate header", async () => {
    authority.reply(
      Response.json(refusal(7000222, { error: "invalid_client" }), {
        status: 401,
        headers: { "www-authenticate": 'Bearer realm="", error="invalid_client"' },
      }),
    );
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject({
      code: "invalid_client",
      codes: [7000222],
      disposition: { action: "fix_app", latch: "app" },
    });
  });

  it.each<[string, Response, Partial<TokenFailure>]>([
    [
      "seconds",
      new Response(null, { status: 429, headers: { "retry-after": "60" } }),
      { retryAfterSeconds: 60 },
    ],
    [
      "a fraction",
      new Response("", { status: 503, headers: { "retry-after": "2.128" } }),
      { retryAfterSeconds: 3 },
    ],
    [
      "a date",
      new Response("", {
        status: 503,
        headers: { "retry-after": new Date(now + 30_000).toUTCString() },
      }),
      { retryAfterSeconds: 30 },
    ],
    [
      "at least five minutes after a loop",
      Response.json(refusal(50196), { status: 400, headers: { "retry-after": "5" } }),
      { retryAfterSeconds: 300, code: "invalid_grant" },
    ],
  ])("waits as asked: %s", async (_what, reply, expected) => {
    authority.reply(reply);
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject({
      disposition: { action: "retry", latch: "none" },
      ...expected,
    });
  });

  it.each<[string, () => Response]>([
    ["a page of the edge", () => new Response("<html>s3cr3t</html>", { status: 502 })],
    ["an empty error", () => new Response(null, { status: 400 })],
    [
      "a redirect",
      () => new Response(null, { status: 302, headers: { location: "https://evil.example" } }),
    ],
    [
      "a page as success",
      () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    ],
    ["an empty success", () => new Response("")],
    ["a success without a token", () => Response.json({ token_type: "Bearer", expires_in: 3599 })],
    ["a token of another type", () => Response.json(tokens({ token_type: "mac" }))],
    ["a lifetime that is none", () => Response.json(tokens({ expires_in: "soon" }))],
  ])("retries after %s", async (_what, reply) => {
    authority.reply(reply);
    const failure = failureOf(await authority.endpoint().refresh(refresh));
    expect(failure).toMatchObject({
      code: "invalid_response",
      disposition: { action: "retry", latch: "none" },
    });
  });

  it("retries after a broken connection, before or within the body", async () => {
    authority.reply(() => Promise.reject(new TypeError("s3cr3t refused")));
    expect(failureOf(await authority.endpoint().refresh(refresh))).toMatchObject({
      code: "network",
      disposition: { action: "retry", latch: "none" },
    });
    authority.reply(
      new Response(
        new ReadableStream({ pull: (controller) => controller.error(new Error("cut")) }),
      ),
    );
    expect(failureOf(await authority.endpoint().refresh(refresh)).code).toBe("network");
  });

  it("gives up when the answer, or its body, does not come in time", async () => {
    const endpoint = authority.endpoint({ timeoutMs: 20 });
    authority.reply(() => new Promise<Response>(() => {}));
    expect(failureOf(await endpoint.refresh(refresh))).toMatchObject({
      code: "timeout",
      disposition: { action: "retry", latch: "none" },
    });
    authority.reply(new Response(new ReadableStream({ pull: () => new Promise(() => {}) })));
    expect(failureOf(await endpoint.refresh(refresh)).code).toBe("timeout");
  });

  it("speaks http to the sandbox alone", async () => {
    const authorityHost = "http://localhost:8788";
    authority.reply(Response.json(tokens()));
    const sandbox = { ...clouds.global, name: "sandbox" as const, authorityHost };
    expect(await authority.endpoint({ cloud: sandbox }).refresh(refresh)).toMatchObject({
      ok: true,
    });
    expect(authority.sent).toHaveLength(1);
    const real = authority.endpoint({ cloud: { ...clouds.global, authorityHost } });
    expect(failureOf(await real.refresh(refresh)).code).toBe("network");
    expect(authority.sent).toHaveLength(1);
  });
});
