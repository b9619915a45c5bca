import { beforeEach, describe, expect, it } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import { userAgent } from "../../../src/http/user-agent.ts";
import { requestIdIn } from "../../../src/platform/request-id.ts";
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

  it("says by headers who asks, for which request and for whose account", async () => {
    authority.reply(Response.json(tokens()), Response.json(tokens()));
    const requestId = "dddddddd-0000-4000-8000-000000000001";
    const account = `${objectId}@${contoso}`;
    await authority.endpoint().refresh({ ...refresh, requestId, account });
    const newRequestId = () => "eeeeeeee-0000-4000-8000-000000000001";
    await authority.endpoint({ newRequestId }).refresh(refresh);
    const [known, unknown] = authority.sent.map(({ headers }) => Object.fromEntries(headers));
    expect(known).toMatchObject({
      "client-request-id": requestId,
      "x-ms-lib-capability": "retry-after, h429",
      "x-anchormailbox": `Oid:${account}`,
      "user-agent": userAgent,
    });
    expect(unknown).toMatchObject({
      "client-request-id": "eeeeeeee-0000-4000-8000-000000000001",
      "x-ms-lib-capability": "retry-after, h429",
      "user-agent": userAgent,
    });
    expect(unknown).not.toHaveProperty("x-anchormailbox");
  });

  it("makes a new id for every exchange that belongs to no request", async () => {
    authority.reply(Response.json(tokens()), Response.json(tokens()));
    const endpoint = authority.endpoint();
    await endpoint.refresh(refresh);
    await endpoint.refresh(refresh);
    const ids = authority.sent.map(({ headers }) => headers.get("client-request-id") ?? "");
    expect(new Set(ids.map((id) => requestIdIn(id))).size).toBe(2);
    expect(ids).toEqual(ids.map((id) => requestIdIn(id)));
  });

  it("asks for the home of an account whose identity it asks for", async () => {
    authority.reply(Response.json({}), Response.json({}));
    const endpoint = authority.endpoint();
    await endpoint.refresh(refresh);
    await endpoint.refresh({ ...refresh, scopes: ["openid", "User.Read"] });
    expect(authority.sent.map(({ form }) => form.get("client_info"))).toEqual([null, "1"]);
  });

  it.each([
    ["no refresh token", { refresh_token: undefined }, { refreshToken: undefined }],
    ["no scope", { scope: undefined }, { scopes: refresh.scopes }],
    ["an empty scope", { scope: " " }, { scopes: refresh.scopes }],
    ["a lifetime as a string", { expires_in: "3599" }, { expiresInSeconds: 3599 }],
    ["no lifetime", { expires_in: undefined }, { expiresInSeconds: 300 }],
    ["refresh_in as a number", { refresh_in: 1800 }, { refreshInSeconds: 1800 }],
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

  it("reports a refusal with its codes, its claims and its request id", async () => {
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
    [
      "five minutes after a loop that gives its code as text",
      Response.json({ error: "invalid_grant", error_codes: ["50196"] }, { status: 400 }),
      { retryAfterSeconds: 300 },
    ],
    [
      "five minutes after a loop that is told in prose, and a fraction",
      Response.json(
        { error: "invalid_grant", error_description: "AADSTS50196: A loop." },
        { status: 400, headers: { "retry-after": "299.5" } },
      ),
      { retryAfterSeconds: 300 },
    ],
    [
      "an hour at most after a loop",
      Response.json(refusal(50196), { status: 400, headers: { "retry-after": "1e12" } }),
      { retryAfterSeconds: 3_600 },
    ],
    [
      "an hour at most",
      new Response(null, { status: 429, headers: { "retry-after": "999999999" } }),
      { retryAfterSeconds: 3_600 },
    ],
    [
      "an hour at most, of twenty digits",
      new Response(null, { status: 503, headers: { "retry-after": "9".repeat(20) } }),
      { retryAfterSeconds: 3_600 },
    ],
    [
      "an hour at most, of a date in 9999",
      new Response(null, {
        status: 503,
        headers: { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" },
      }),
      { retryAfterSeconds: 3_600 },
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

  it("sends http to the sandbox alone", async () => {
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
