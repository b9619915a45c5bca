import { afterEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, signIn, type Stub } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";
import { claimsIn, recordTokenRequests } from "./support/token-requests.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";
const secrets = "https://contoso-kv.vault.azure.net/secrets?api-version=7.4";
const vaultScope = "https://vault.azure.net/user_impersonation";
const authorityUri = "https://login.microsoftonline.com/common/oauth2/authorize";

const capability = { access_token: { xms_cc: { values: ["cp1"] } } };
// Text whose base64 has both characters that base64url writes otherwise, and padding.
const asked = {
  access_token: { nbf: { essential: true, value: "1657834417" }, note: { value: "??>>~~é" } },
};
const merged = { access_token: { ...asked.access_token, ...capability.access_token } };
const base64 = Buffer.from(JSON.stringify(asked)).toString("base64");
const base64url = Buffer.from(JSON.stringify(asked)).toString("base64url");

const clock = clockOfEachTest();
afterEach(async () => {
  await sandbox.settings({ cae: false });
});

async function drain(stub: Stub, url: string): Promise<number> {
  const response = await stub.fetch(url);
  await response.arrayBuffer();
  return response.status;
}

const challenge = (url: string, header: string, times = 1) =>
  sandbox.fault({
    match: { url },
    times,
    respond: {
      status: 401,
      headers: { "www-authenticate": header },
      body: { error: { code: "InvalidAuthenticationToken", message: "challenged" } },
    },
  });

const graphForm = (claims: string) =>
  `Bearer realm="", authorization_uri=${authorityUri}, client_id="00000003-0000-0000-c000-000000000000", error="insufficient_claims", claims="${claims}", errorDescription="Continuous access evaluation resulted in claims challenge with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp, timestamp is in the past"`;

const forms: readonly [string, string, string][] = [
  ["Graph's, with an unquoted authority", me, graphForm(base64)],
  [
    "Azure Resource Manager's, that calls it invalid_token",
    subscriptions,
    `Bearer authorization_uri="https://login.windows.net/", error="invalid_token", error_description="User session has been revoked", claims="${base64}"`,
  ],
  [
    "Key Vault's, that names a tenant besides",
    secrets,
    `Bearer realm="", authorization_uri="https://login.microsoftonline.com/aaaaaaaa-0000-4000-8000-00000000000a", error="insufficient_claims", claims="${base64}"`,
  ],
  [
    "one after another scheme",
    me,
    `Basic realm="a, b", Bearer error="insufficient_claims", claims="${base64}", PoP nonce="x"`,
  ],
  [
    "the second of two of the same scheme",
    me,
    `Bearer realm="", error="invalid_token", Bearer error="insufficient_claims", claims="${base64}"`,
  ],
  ["one in base64 without padding", me, graphForm(base64.replaceAll("=", ""))],
  ["one in base64url", me, graphForm(base64url)],
  [
    "one with its parameters in another order and case",
    me,
    `bearer CLAIMS="${base64}", Error="insufficient_claims"`,
  ],
];

describe("a claims challenge", () => {
  test.each(forms)("%s: one silent token with its claims, one more try", async (_, url, header) => {
    expect([...base64].some((character) => "+/=".includes(character))).toBe(true);
    const { stub } = await connected("ada@contoso.example", { scopes: [vaultScope] });
    await challenge(url, header);
    const tokenRequests = recordTokenRequests();
    const mark = await sandbox.mark();
    expect(await drain(stub, url)).toBe(200);
    const calls = (await sandbox.requests(mark)).filter((request) => request.url === url);
    expect(calls.map(({ status }) => status)).toEqual([401, 200]);
    expect(tokenRequests.map(claimsIn)).toEqual([merged]);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test.each([
    ["graph", me],
    ["arm", subscriptions],
    ["vault", secrets],
  ])("that follows a real revocation at %s is answered once for 20 callers", async (name, url) => {
    await sandbox.settings({ cae: true });
    const { stub } = await connected("ada@contoso.example", { scopes: [vaultScope] });
    expect(await drain(stub, url)).toBe(200);
    await sandbox.revoke("ada@contoso.example", name);
    const tokenRequests = recordTokenRequests();
    const statuses = await Promise.all(Array.from({ length: 20 }, () => drain(stub, url)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(tokenRequests).toHaveLength(1);
    expect(claimsIn(tokenRequests[0])).toMatchObject({
      access_token: { nbf: { essential: true }, xms_cc: { values: ["cp1"] } },
    });
  });

  test("is not answered by a renewal that was out already and knows nothing of its claims", async () => {
    const { stub } = await connected();
    expect(await drain(stub, me)).toBe(200);
    // The token is served past its time, and renewed behind the caller who then is challenged.
    await clock.advance(3_500);
    await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 1, delay_ms: 500 });
    await challenge(me, graphForm(base64));
    const tokenRequests = recordTokenRequests();
    expect(await drain(stub, me)).toBe(200);
    expect(tokenRequests.map(claimsIn)).toEqual([capability, merged]);
  });

  test("without claims is answered by a plain new token", async () => {
    const { stub } = await connected();
    await challenge(me, `Bearer realm="", authorization_uri="${authorityUri}"`);
    const tokenRequests = recordTokenRequests();
    expect(await drain(stub, me)).toBe(200);
    expect(tokenRequests.map(claimsIn)).toEqual([capability]);
  });

  test("of Graph's that names another tenant is answered at home", async () => {
    const { stub } = await connected();
    const other = "bbbbbbbb-0000-4000-8000-00000000000b";
    await challenge(
      me,
      `Bearer realm="", authorization_uri="https://login.microsoftonline.com/${other}/oauth2/authorize"`,
    );
    const mark = await sandbox.mark();
    expect(await drain(stub, me)).toBe(200);
    const [post] = await sandbox.tokenPosts(mark);
    expect(post?.url).not.toContain(other);
    const tenants = expectOk(await stub.info()).resources.map(({ tenant_id }) => tenant_id);
    expect(tenants).not.toContain(other);
  });

  test("without claims a second time is the answer, and latches nothing", async () => {
    const { stub } = await connected();
    await challenge(me, `Bearer realm="", authorization_uri="${authorityUri}"`, 2);
    const tokenRequests = recordTokenRequests();
    expect(await drain(stub, me)).toBe(401);
    expect(tokenRequests).toHaveLength(1);
    expect(expectOk(await stub.info()).status).toBe("active");
  });

  test.each([
    ["what is no base64", "%%%"],
    ["what is no JSON", btoa("hello")],
    ["what is no object", btoa("[1]")],
  ])("whose claims are %s counts as one without", async (_, claims) => {
    const { stub } = await connected();
    await challenge(me, graphForm(claims));
    const tokenRequests = recordTokenRequests();
    expect(await drain(stub, me)).toBe(200);
    expect(tokenRequests.map(claimsIn)).toEqual([capability]);
  });
});

describe("a second challenge", () => {
  test("asks the user to step up, and the next sign-in brings its claims and the capability", async () => {
    const { stub } = await connected();
    await challenge(me, graphForm(base64), 2);
    const tokenRequests = recordTokenRequests();
    expect(await drain(stub, me)).toBe(424);
    expect(await drain(stub, me)).toBe(424);
    expect(tokenRequests).toHaveLength(1);
    expect(expectOk(await stub.info())).toMatchObject({
      status: "action_required",
      remedy: { action: "step_up", connect_url: expect.stringContaining("/reconnect?link=") },
    });
    // Another resource goes on, and its renewal does not lose what Graph asked for.
    expect(await drain(stub, subscriptions)).toBe(200);
    await clock.advance(4_000);
    expect(await drain(stub, subscriptions)).toBe(200);

    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(claimsIn(new URL(start.authUrl).searchParams)).toEqual(merged);
    expectOk(await signIn(stub));
    expect(await drain(stub, me)).toBe(200);
    expect(expectOk(await stub.info()).status).toBe("active");
    const next = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(claimsIn(new URL(next.authUrl).searchParams)).toEqual(capability);
  });
});

describe("a second challenge that comes late", () => {
  const twice = async () => {
    await challenge(me, graphForm(base64));
    await sandbox.fault({
      match: { url: me },
      times: 1,
      delay_ms: 500,
      respond: { status: 401, headers: { "www-authenticate": graphForm(base64) }, body: {} },
    });
  };
  const secondIsOut = (mark: number) =>
    expect
      .poll(async () => (await sandbox.requests(mark)).filter(({ url }) => url === me).length)
      .toBe(2);

  test("does not stop what a sign-in has mended meanwhile", async () => {
    const { stub } = await connected();
    await twice();
    const mark = await sandbox.mark();
    const call = stub.fetch(me);
    await secondIsOut(mark);
    expectOk(await signIn(stub));
    const answer = await call;
    expect(answer.status).toBe(503);
    expect(answer.headers.get("retry-after")).toBe("1");
    expect(expectOk(await stub.info()).status).toBe("active");
    expect(await drain(stub, me)).toBe(200);
  });

  test("leaves nothing on a connection that was ended meanwhile", async () => {
    const { stub } = await connected();
    await twice();
    const mark = await sandbox.mark();
    const call = stub.fetch(me);
    await secondIsOut(mark);
    const ended = expectOk(await stub.disconnect());
    await (await call).arrayBuffer();
    expect(expectOk(await stub.info())).toEqual(ended);
  });
});

describe("a challenge that Entra will not answer silently", () => {
  test("is kept for the sign-in when Entra asks for a person without saying what for", async () => {
    const { stub } = await connected();
    await challenge(me, graphForm(base64));
    await sandbox.fault({
      match: { grant_type: "refresh_token" },
      times: 1,
      respond: {
        status: 400,
        body: { error: "interaction_required", error_codes: [50074], suberror: "basic_action" },
      },
    });
    expect(await drain(stub, me)).toBe(424);
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(claimsIn(new URL(start.authUrl).searchParams)).toEqual(merged);
  });

  test("gives way to what Entra itself asks for", async () => {
    const { stub } = await connected();
    await challenge(me, graphForm(base64));
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 50076 });
    expect(await drain(stub, me)).toBe(424);
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(claimsIn(new URL(start.authUrl).searchParams)).toMatchObject({
      access_token: { capolids: { essential: true }, xms_cc: { values: ["cp1"] } },
    });
  });
});

test("says at every request to Entra that it answers claims challenges", async () => {
  const tokenRequests = recordTokenRequests();
  const { stub } = await connected("ada@contoso.example", { scopes: [vaultScope] });
  expectOk(await stub.refresh());
  await clock.advance(4_000);
  await drain(stub, me);
  expectOk(await stub.accessToken({ resource: "arm" }));
  expect(tokenRequests.length).toBeGreaterThanOrEqual(6);
  for (const form of tokenRequests) expect(claimsIn(form)).toEqual(capability);
  const start = expectOk(await stub.beginAuthorization({ start: "user" }));
  expect(claimsIn(new URL(start.authUrl).searchParams)).toEqual(capability);
});
