import { afterEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";
import { ownError } from "./support/own-error.ts";

const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";
const fabrikamSubscription = "bbbbbbbb-1111-4000-8000-000000000001";
const me = "https://graph.microsoft.com/v1.0/me";
const messages = "https://graph.microsoft.com/v1.0/me/messages?$top=1";

const clock = clockOfEachTest();
afterEach(async () => {
  await sandbox.settings({ cae: false });
});

async function drain(stub: Stub, url: string, init?: RequestInit): Promise<number> {
  const response = await stub.fetch(url, init);
  await response.arrayBuffer();
  return response.status;
}

describe("the signed-in fetch", () => {
  test.each([
    "https://evil.example/v1.0/me",
    "https://graph.microsoft.com.evil.example/v1.0/me",
    "http://graph.microsoft.com/v1.0/me",
    "https://graph.microsoft.com:8443/v1.0/me",
    "https://evil.example/?https://graph.microsoft.com/",
    "https://a.b.vault.azure.net/secrets",
    "https://vault.azure.net/secrets",
    "https://contoso-kv.vault.azure.net.evil.example/secrets",
  ])("refuses %s, and no token is made for it", async (url) => {
    const { stub } = await connected();
    const mark = await sandbox.mark();
    const response = await stub.fetch(url);
    expect(response.status).toBe(400);
    expect(await ownError(response)).toMatchObject({
      code: "invalid_request",
      details: { field: "url" },
    });
    expect(await sandbox.requests(mark)).toEqual([]);
  });

  test("passes on neither the caller's credentials nor the answer's cookies and challenges", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: me },
      times: 1,
      respond: {
        status: 200,
        headers: {
          "set-cookie": "a=b",
          "www-authenticate": "Bearer x",
          "access-control-allow-origin": "*",
          "x-kept": "yes",
        },
        body: {},
      },
    });
    const response = await stub.fetch(me, {
      headers: {
        authorization: "Bearer stolen",
        cookie: "a=b",
        "x-http-method-override": "DELETE",
      },
    });
    expect(response.status).toBe(200);
    const names = [...response.headers.keys()];
    expect(names).toContain("x-kept");
    expect(names).not.toContain("set-cookie");
    expect(names).not.toContain("www-authenticate");
    expect(names).not.toContain("access-control-allow-origin");
  });

  test("lets at most four mailbox calls out at once, and answers all twenty", async () => {
    const { stub } = await connected();
    await sandbox.fault({ match: { url: "/me/messages" }, times: 20, delay_ms: 50 });
    const mark = await sandbox.mark();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => drain(stub, messages)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const calls = (await sandbox.requests(mark)).filter(({ url }) => url.includes("/me/messages"));
    expect(calls).toHaveLength(20);
    const inFlight = calls.map(
      ({ started_at: start }) =>
        calls.filter((other) => other.started_at <= start && (other.ended_at ?? Infinity) > start)
          .length,
    );
    expect(Math.max(...inFlight)).toBe(4);
  });

  test("keeps a throttled mailbox alone until it may be called again, and nothing else", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/me/messages" },
      times: 1,
      respond: {
        status: 429,
        headers: { "retry-after": "2" },
        body: { error: { code: "TooManyRequests" } },
      },
    });
    expect(await drain(stub, messages)).toBe(429);
    const mark = await sandbox.mark();
    const refused = await stub.fetch("https://graph.microsoft.com/beta/me/events");
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("2");
    expect(await ownError(refused)).toMatchObject({
      code: "throttled",
      retry_after: 2,
      details: { service: "graph", applies_to: "graph:mailbox:me" },
    });
    expect(await sandbox.requests(mark)).toEqual([]);
    expect(await drain(stub, me)).toBe(200);
    expect(
      await drain(stub, "https://management.azure.com/subscriptions?api-version=2022-12-01"),
    ).toBe(200);
    const info = expectOk(await stub.info());
    expect(info.cooldowns).toContainEqual({
      service: "graph",
      applies_to: "graph:mailbox:me",
      until: expect.any(String),
      reason: "throttled",
    });
    await clock.advance(2.1);
    expect(await drain(stub, messages)).toBe(200);
    const { events } = expectOk(await stub.events());
    expect(events.filter(({ type }) => type === "call.throttled")).toHaveLength(1);
  });

  test("reports what ARM says is left of its quota", async () => {
    const { stub } = await connected();
    await drain(stub, "https://management.azure.com/subscriptions?api-version=2022-12-01");
    const arm = expectOk(await stub.info()).cooldowns.find(({ service }) => service === "arm");
    expect(arm?.until).toBeNull();
    expect(Object.keys(arm?.remaining ?? {}).length).toBeGreaterThan(0);
  });

  test("answers a claims challenge with one new token and one more try", async () => {
    await sandbox.settings({ cae: true });
    const { stub } = await connected();
    await sandbox.revoke("ada@contoso.example", "graph");
    const mark = await sandbox.mark();
    expect(await drain(stub, me)).toBe(200);
    const posts = await sandbox.tokenPosts(mark);
    expect(posts).toHaveLength(1);
  });

  test("stops at the second challenge and keeps its claims for the next sign-in", async () => {
    const { stub } = await connected();
    const claims = { access_token: { nbf: { essential: true, value: "1657834417" } } };
    await sandbox.fault({
      match: { url: me },
      times: 2,
      respond: {
        status: 401,
        headers: {
          "www-authenticate": `Bearer realm="", error="insufficient_claims", claims="${btoa(JSON.stringify(claims))}"`,
        },
        body: { error: { code: "InvalidAuthenticationToken" } },
      },
    });
    const mark = await sandbox.mark();
    const response = await stub.fetch(me);
    expect(response.status).toBe(424);
    expect(await ownError(response)).toMatchObject({
      code: "action_required",
      remedy: { action: "step_up" },
    });
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    expect(expectOk(await stub.info()).status).toBe("action_required");
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(JSON.parse(new URL(start.authUrl).searchParams.get("claims") ?? "")).toMatchObject(
      claims,
    );
  });

  test("mints for the tenant a subscription lives in, once", async () => {
    // Consent is given per tenant: at home first, then as a guest.
    await connected("lin@fabrikam.example", { tenantId: fabrikam });
    const { stub } = await connected("lin@fabrikam.example", {
      tenantId: contoso,
    });
    const url = `https://management.azure.com/subscriptions/${fabrikamSubscription}?api-version=2022-12-01`;
    const mark = await sandbox.mark();
    const statuses = [await drain(stub, url), await drain(stub, url)];
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    expect(expectOk(await stub.info()).resources.map(({ tenant_id }) => tenant_id)).toContain(
      fabrikam,
    );
    // Lin has no role there: the tenant is right, the permission is missing.
    expect(statuses.every((status) => status === 200 || status === 403)).toBe(true);
  });

  test("reads a secret of a vault", async () => {
    const { stub } = await connected("ada@contoso.example", {
      scopes: ["https://vault.azure.net/user_impersonation"],
    });
    expect(await drain(stub, "https://contoso-kv.vault.azure.net/secrets?api-version=7.4")).toBe(
      200,
    );
  });

  test("repeats a small body after a 401, and asks to send a large one again", async () => {
    const { stub } = await connected();
    const url = "https://graph.microsoft.com/v1.0/me/events";
    const unauthorized = {
      match: { url: "/me/events" },
      times: 1,
      respond: { status: 401, body: {} },
    };
    const post = (body: string) =>
      stub.fetch(url, { method: "POST", body, headers: { "content-type": "application/json" } });
    await sandbox.fault(unauthorized);
    const small = await post("{}");
    expect(small.status).not.toBe(401);
    await small.arrayBuffer();
    await sandbox.fault(unauthorized);
    const large = await post(JSON.stringify({ subject: "x".repeat(70_000) }));
    expect(large.status).toBe(503);
    expect(large.headers.get("retry-after")).toBe("1");
  });

  test("says that a file's storage could not be reached, as it does of Graph itself", async () => {
    const { stub } = await connected();
    const storage = "https://contoso-my.sharepoint.com/a-file";
    await sandbox.fault({
      match: { url: "/root:/a.txt:/content" },
      times: 1,
      respond: { status: 302, headers: { location: storage }, body: "" },
    });
    await sandbox.fault({ match: { url: storage }, times: 1, reset: true });
    const url = "https://graph.microsoft.com/v1.0/me/drive/root:/a.txt:/content";
    const response = await stub.fetch(url);
    expect(response.status).toBe(503);
    expect(await ownError(response)).toMatchObject({
      code: "upstream_unavailable",
      details: { reason: "network" },
    });
  });

  test("says of a write whose answer was lost that its outcome is unknown, and does not repeat it", async () => {
    const { stub } = await connected();
    await sandbox.fault({
      match: { url: "/me/events", method: "POST" },
      times: 1,
      after_commit: true,
      reset: true,
    });
    const mark = await sandbox.mark();
    const response = await stub.fetch("https://graph.microsoft.com/v1.0/me/events", {
      method: "POST",
      body: "{}",
      headers: { "content-type": "application/json" },
    });
    expect(response.status).toBe(503);
    expect(await ownError(response)).toMatchObject({
      code: "upstream_unavailable",
      details: { outcome: "unknown" },
    });
    expect((await sandbox.requests(mark)).filter(({ method }) => method === "POST")).toHaveLength(
      1,
    );
  });
});
