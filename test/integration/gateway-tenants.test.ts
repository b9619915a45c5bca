import { runInDurableObject } from "cloudflare:test";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, type Stub } from "./support/connections.ts";
import { sandbox } from "./support/sandbox.ts";
import { scripted } from "./support/scripted-microsoft.ts";
import { ownError } from "./support/own-error.ts";

const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";
/** No tenant of the sandbox's. */
const nowhere = "cccccccc-0000-4000-8000-00000000000c";
const subscription = "https://management.azure.com/subscriptions/s1/resourceGroups";
const vault = "https://contoso-kv.vault.azure.net/secrets?api-version=7.4";
const blob = "https://contosodata.blob.core.windows.net/a/b";
const scopes = [
  "https://vault.azure.net/user_impersonation",
  "https://storage.azure.com/user_impersonation",
];

const clock = clockOfEachTest();

/** ARM's 401 for a token of the wrong tenant; a vault's and storage's challenge besides. */
function namesTenant(tenant: string): Response {
  return Response.json(
    {
      error: {
        code: "InvalidAuthenticationTokenTenant",
        message: `The access token is from the wrong issuer 'https://sts.windows.net/${contoso}/'. It must match the tenant 'https://sts.windows.net/${tenant}/' associated with this subscription.`,
      },
    },
    {
      status: 401,
      headers: {
        "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${tenant}", resource="https://vault.azure.net"`,
      },
    },
  );
}

/** The tenant of the token that a request was made with. */
function tenantOf(headers: Headers): string {
  const [, payload = ""] = (headers.get("authorization") ?? "").split(".");
  const { tid } = JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/")));
  return String(tid);
}

const statusOf = async (response: Promise<Response>) => {
  const { status, body } = await response;
  await body?.cancel();
  return status;
};

/** A member of Fabrikam who is signed in as a guest of Contoso, and has consented in both. */
async function guest(): Promise<Stub> {
  await connected("lin@fabrikam.example", { tenantId: fabrikam, scopes });
  return (await connected("lin@fabrikam.example", { tenantId: contoso, scopes })).stub;
}

describe("a challenge that names a tenant the user is not in", () => {
  test.each([
    ["of a subscription", subscription, fabrikam],
    ["of a subscription, for a tenant nobody knows", subscription, nowhere],
    ["of a vault", vault, fabrikam],
    ["of a vault, for a tenant nobody knows", vault, nowhere],
    ["of a storage account", blob, fabrikam],
  ])("%s: spoils no later call", async (_, url, tenant) => {
    const { stub } = await connected("grace@contoso.example", { scopes });
    await scripted(
      stub,
      (__, count) => (count === 1 ? namesTenant(tenant) : Response.json({})),
      async ({ call, asked, parts }) => {
        const refused = await call(url);
        const { code, remedy } = await ownError(refused);
        expect([refused.status, code]).toEqual([424, "action_required"]);
        // Signing in again would not make anybody a guest.
        expect(remedy).toMatchObject({
          action: expect.stringMatching(/^(?:contact_admin|admin_consent)$/),
          message: expect.stringContaining(tenant),
        });
        expect(remedy).not.toHaveProperty("connect_url");
        for (let round = 0; round < 3; round += 1) expect(await statusOf(call(url))).toBe(200);
        expect(asked.map(({ headers }) => tenantOf(headers))).toEqual(
          Array.from({ length: 4 }, () => contoso),
        );
        expect(parts.info().status).toBe("active");
      },
    );
  });

  test("is asked about again after a quarter of an hour, and then believed", async () => {
    const stub = await guest();
    await sandbox.fault({ match: { url: `/${fabrikam}/oauth2` }, times: 1, aadsts: 50020 });
    await scripted(
      stub,
      ({ headers }) => (tenantOf(headers) === fabrikam ? Response.json({}) : namesTenant(fabrikam)),
      async ({ call }) => {
        const mark = await sandbox.mark();
        expect(await statusOf(call(subscription))).toBe(424);
        expect(await statusOf(call(subscription))).toBe(424);
        expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
        await clock.advance(15 * 60);
        expect(await statusOf(call(subscription))).toBe(200);
      },
    );
  });

  test.each([
    ["invalid_client", 7000215],
    ["temporarily_unavailable", 90033],
    ["revoked", 50173],
  ])("spoils nothing at home when that tenant's answer is %s", async (_, aadsts) => {
    const { stub } = await connected("grace@contoso.example", { scopes });
    await sandbox.fault({ match: { url: `/${fabrikam}/oauth2` }, times: 5, aadsts });
    await scripted(
      stub,
      (__, count) => (count === 1 ? namesTenant(fabrikam) : Response.json({})),
      async ({ call }) => {
        expect(await statusOf(call(subscription))).toBeGreaterThanOrEqual(424);
      },
    );
    await sandbox.reset();
    const { status, remedy, resources } = expectOk(await stub.info());
    expect([status, remedy]).toEqual(["active", undefined]);
    const home = resources.filter(({ tenant_id: tenant }) => tenant === contoso);
    expect(home.flatMap((row) => row.remedy ?? [])).toEqual([]);
  });
});

test.each([50020, 65001, 90002])(
  "claims of a challenge that names another tenant are no matter of the next sign-in: AADSTS%d",
  async (aadsts) => {
    const { stub } = await connected("grace@contoso.example", { scopes });
    await sandbox.fault({ match: { url: `/${fabrikam}/oauth2` }, times: 1, aadsts });
    const claims = btoa(JSON.stringify({ access_token: { nbf: { essential: true, value: "1" } } }));
    await scripted(
      stub,
      () =>
        Response.json(
          {},
          {
            status: 401,
            headers: {
              "www-authenticate": `Bearer authorization="https://login.microsoftonline.com/${fabrikam}", error="insufficient_claims", claims="${claims}"`,
            },
          },
        ),
      async ({ call }) => {
        expect(await statusOf(call(vault))).toBe(424);
      },
    );
    const { authUrl } = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(new URL(authUrl).searchParams.get("claims")).not.toContain("nbf");
  },
);

describe("the tenant of a subscription, a vault or an account", () => {
  test.each([subscription, vault, blob])(
    "is known from the first call that worked with its token: %s",
    async (url) => {
      const stub = await guest();
      await scripted(
        stub,
        ({ headers }) =>
          tenantOf(headers) === fabrikam ? Response.json({}) : namesTenant(fabrikam),
        async ({ call, asked }) => {
          expect([await statusOf(call(url)), await statusOf(call(url))]).toEqual([200, 200]);
          expect(asked.map(({ headers }) => tenantOf(headers))).toEqual([
            contoso,
            fabrikam,
            fabrikam,
          ]);
        },
      );
    },
  );

  test.each([
    ["refuses its token too", () => namesTenant(nowhere)],
    ["refuses it without a word", () => new Response(null, { status: 401 })],
    ["breaks down", () => new Response(null, { status: 500 })],
    ["finds nothing there", () => new Response(null, { status: 404 })],
    ["allows nothing there", () => new Response(null, { status: 403 })],
    ["finds another state there", () => new Response(null, { status: 409 })],
    ["takes no such request there", () => new Response(null, { status: 400 })],
  ])("is not known where the service %s", async (_, second) => {
    const stub = await guest();
    await scripted(
      stub,
      (__, count) => [namesTenant(fabrikam), second()][count - 1] ?? Response.json({}),
      async ({ call, asked }) => {
        await statusOf(call(subscription));
        expect(await statusOf(call(subscription))).toBe(200);
        expect(tenantOf(asked.at(-1)?.headers ?? new Headers())).toBe(contoso);
      },
    );
  });

  test("is forgotten when the subscription has moved home again", async () => {
    const stub = await guest();
    let lives = fabrikam;
    await scripted(
      stub,
      ({ headers }) => (tenantOf(headers) === lives ? Response.json({}) : namesTenant(lives)),
      async ({ call, asked }) => {
        await statusOf(call(subscription));
        lives = contoso;
        expect(await statusOf(call(subscription))).toBe(200);
        const before = asked.length;
        expect(await statusOf(call(subscription))).toBe(200);
        expect(asked.length - before).toBe(1);
      },
    );
  });

  test("is forgotten when it gives no token any more", async () => {
    const stub = await guest();
    let lives = fabrikam;
    await scripted(
      stub,
      ({ headers }) => (tenantOf(headers) === lives ? Response.json({}) : namesTenant(lives)),
      async ({ call }) => {
        expect(await statusOf(call(subscription))).toBe(200);
        await clock.advance(4_000);
        await sandbox.fault({ match: { url: `/${fabrikam}/oauth2` }, times: 1, aadsts: 50020 });
        expect(await statusOf(call(subscription))).toBe(424);
        lives = contoso;
        expect(await statusOf(call(subscription))).toBe(200);
      },
    );
  });

  test("is begun with by the second sending of a body that was too large to keep", async () => {
    const stub = await guest();
    await scripted(
      stub,
      ({ headers }) => (tenantOf(headers) === fabrikam ? Response.json({}) : namesTenant(fabrikam)),
      async ({ call }) => {
        const put = () => {
          const { readable } = new TransformStream();
          return call(subscription, { method: "PUT", body: readable });
        };
        expect([await statusOf(put()), await statusOf(put())]).toEqual([503, 200]);
      },
    );
  });
});

/** What a service may say with a 401, however odd. */
const refusal = () => {
  const tenant = fc.constantFrom(
    fabrikam,
    nowhere,
    contoso,
    "common",
    "9188040d-6c67-4c5b-b112-36a304b66dad",
  );
  const text = fc.string({ maxLength: 40 }).map((value) => value.replaceAll(/[^\x20-\x7e]/g, "?"));
  const authority = tenant.map((id) => `https://login.microsoftonline.com/${id}`);
  const message = fc.oneof(
    text,
    tenant.map((id) => `wrong issuer 'https://sts.windows.net/${id}/'`),
  );
  return fc.record({
    header: fc.oneof(
      text,
      authority.map((uri) => `Bearer authorization="${uri}", resource="https://vault.azure.net"`),
      authority.map((uri) => `Bearer authorization_uri=${uri} resource_id=https://x`),
      authority.map((uri) => `Bearer authorization_uri="${uri}", error="invalid_token"`),
    ),
    body: fc.oneof(
      fc.jsonValue(),
      fc.record({
        error: fc.record({
          code: fc.oneof(fc.constant("InvalidAuthenticationTokenTenant"), text),
          message: fc.oneof(message, fc.jsonValue()),
        }),
      }),
    ),
    times: fc.integer({ min: 1, max: 3 }),
  });
};

test("whatever a service says with its 401, the next call it takes works, and without eviction", async () => {
  const stub = await guest();
  const urls = [subscription, vault, blob];
  let refusals: Response[] = [];
  await scripted(
    stub,
    () => refusals.shift() ?? Response.json({}),
    ({ call, parts }) =>
      fc.assert(
        fc.asyncProperty(refusal(), fc.constantFrom(...urls), async (said, url) => {
          refusals = Array.from({ length: said.times }, () =>
            Response.json(said.body, { status: 401, headers: { "www-authenticate": said.header } }),
          );
          const refused = await call(url);
          expect(refused.headers.get("x-azure-error")).not.toBe("internal_error");
          await refused.body?.cancel();
          refusals = [];
          expect(await statusOf(call(url))).toBe(200);
          expect(parts.info().status).toBe("active");
        }),
        { numRuns: 150 },
      ),
  );
  const rows = await runInDurableObject(stub, (_, { storage }) =>
    storage.sql.exec("SELECT count(*) AS rows FROM access_token").one(),
  );
  expect(Number(rows["rows"])).toBeLessThanOrEqual(24);
});
