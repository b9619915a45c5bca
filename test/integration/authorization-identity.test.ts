import { decodeJwt } from "jose";
import { describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, connected, expectOk, newUser, signIn } from "./support/connections.ts";
import { ForgingKey } from "./support/forged-id-token.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { authorize, sandbox } from "./support/sandbox.ts";
import { keySets, rewriteAnswers, tokenAnswers } from "./support/token-answers.ts";

const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const fabrikam = "bbbbbbbb-0000-4000-8000-00000000000b";
const personal = "9188040d-6c67-4c5b-b112-36a304b66dad";
const host = "https://login.microsoftonline.com";
const template = `${host}/{tenantid}/v2.0`;
const me = "https://graph.microsoft.com/v1.0/me";

const clock = clockOfEachTest();

const freshActor = () => actorOf(`user:${newUser()}`);

/** An id_token made by somebody else. */
interface Forgery {
  claims: Record<string, unknown>;
  /** For which issuer its key is published as Microsoft's; null: it is not. */
  keyIssuer?: string | null;
  header?: { kid?: string };
}

function forgeIdTokens({ claims, keyIssuer = template, header }: Forgery): void {
  const key = new ForgingKey();
  rewriteAnswers({
    [keySets]: async ({ keys }) => ({
      keys: [
        ...(Array.isArray(keys) ? keys : []),
        ...(keyIssuer === null ? [] : [await key.jwk(keyIssuer)]),
      ],
    }),
    [tokenAnswers]: async (body) => ({
      ...body,
      ...(body["id_token"] !== undefined && {
        id_token: await key.forge(body["id_token"], claims, header),
      }),
    }),
  });
}

async function forgedSignIn(forgery: Forgery) {
  forgeIdTokens(forgery);
  const stub = freshActor();
  return { stub, completion: expectOk(await signIn(stub)) };
}

describe("an id_token", () => {
  test("that a published key signed, with everything right, is accepted", async () => {
    const { completion } = await forgedSignIn({ claims: {} });
    expect(completion.outcome).toBe("connected");
  });

  const now = Math.floor(Date.now() / 1_000);
  test.each<[string, Forgery]>([
    ["of another sign-in (nonce)", { claims: { nonce: "another" } }],
    ["without nonce", { claims: { nonce: undefined } }],
    ["for another application (audience)", { claims: { aud: crypto.randomUUID() } }],
    ["of an issuer that is not its tenant's", { claims: { iss: `${host}/${fabrikam}/v2.0` } }],
    ["of another host's issuer", { claims: { iss: `https://evil.example/${contoso}/v2.0` } }],
    ["whose tenant is no GUID", { claims: { tid: "common", iss: `${host}/common/v2.0` } }],
    ["that has expired", { claims: { exp: now - 3_600, iat: now - 7_200 } }],
    ["that is not valid yet", { claims: { nbf: now + 3_600 } }],
    ["without object id", { claims: { oid: undefined } }],
    ["whose key nobody published", { claims: {}, keyIssuer: null }],
    [
      "whose key may sign for personal accounts only",
      { claims: {}, keyIssuer: `${host}/${personal}/v2.0` },
    ],
  ])("%s is refused, and nothing of it is kept", async (_, forgery) => {
    const { stub, completion } = await forgedSignIn(forgery);
    expect(completion).toMatchObject({
      outcome: "refused",
      error: { code: "invalid_request", details: { reason: "id_token_invalid" } },
    });
    expect((await stub.fetch(me)).status).not.toBe(200);
    await expect.poll(async () => (await stub.info()).ok).toBe(false);
  });

  test("with the kid of Microsoft's key and another's signature is refused", async () => {
    const real = await (
      await fetch(`${host}/common/discovery/v2.0/keys`)
    ).json<{
      keys: { kid: string }[];
    }>();
    const { completion } = await forgedSignIn({
      claims: {},
      keyIssuer: null,
      header: { kid: real.keys[0]?.kid ?? "" },
    });
    expect(completion).toMatchObject({
      outcome: "refused",
      error: { details: { reason: "id_token_invalid" } },
    });
  });

  test("that is not in the answer at all leaves nobody signed in", async () => {
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, id_token: undefined }) });
    expect(expectOk(await signIn(freshActor()))).toMatchObject({
      outcome: "refused",
      error: { details: { reason: "id_token_invalid" } },
    });
  });
});

describe("the tenant asked for", () => {
  test.each([
    ["of another tenant", fabrikam, contoso, "lin@fabrikam.example"],
    ["of Microsoft's personal tenant at", "organizations", personal, "lin@fabrikam.example"],
    ["of a work tenant at", "consumers", contoso, "pat@outlook.example"],
  ])("refuses an id_token %s %s", async (_, tenantId, tid, account) => {
    forgeIdTokens({ claims: { tid, iss: `${host}/${tid}/v2.0` } });
    expect(expectOk(await signIn(freshActor(), account, { tenantId }))).toMatchObject({
      outcome: "refused",
      error: { code: "invalid_request", details: { reason: "wrong_tenant" } },
    });
  });

  test("organizations is refused to a personal account by Microsoft, before there is a code", async () => {
    const start = expectOk(
      await freshActor().beginAuthorization({ start: "user", tenantId: "organizations" }),
    );
    const refusal = await authorize(start.authUrl, "pat@outlook.example").catch(String);
    expect(refusal).toContain("50020");
  });

  test("a configured tenant is the only one, and its guest is known by the ids there", async () => {
    const stub = freshActor();
    await reconfigured(stub, { tenantId: contoso }, async ({ authorization }) => {
      for (const tenantId of [fabrikam, "common", "organizations", "contoso.example"]) {
        expect(await authorization.begin({ start: "user", tenantId })).toMatchObject({
          ok: false,
          error: { code: "invalid_request", details: { field: "tenantId" } },
        });
      }
      const start = expectOk(
        await authorization.begin({ start: "user", tenantId: contoso.toUpperCase() }),
      );
      expect(new URL(start.authUrl).pathname).toContain(contoso);
      const response = await authorize(start.authUrl, "lin@fabrikam.example");
      const completion = await authorization.complete({
        state: start.state,
        response: response.toString(),
        browserBinding: start.browserBinding ?? "",
      });
      expect(completion).toMatchObject({
        ok: true,
        value: { outcome: "connected", info: { identity: { tenant_id: contoso } } },
      });
    });
  });
});

describe("a personal account", () => {
  test("is active without Azure Resource Manager, though that was asked for", async () => {
    const { stub, info } = await connected("pat@outlook.example");
    expect(info).toMatchObject({
      status: "active",
      identity: { tenant_id: personal, upn: "pat@outlook.example" },
    });
    expect(info.resources.map(({ resource }) => resource)).toEqual(["graph"]);
    expect((await stub.fetch(me)).status).toBe(200);
  });

  test("is not asked for Azure Resource Manager when it signs in at consumers", async () => {
    const start = expectOk(
      await freshActor().beginAuthorization({ start: "user", tenantId: "consumers" }),
    );
    const url = new URL(start.authUrl);
    expect(url.pathname).toMatch(/^\/consumers\//);
    expect(url.searchParams.get("scope")).not.toContain("management.azure.com");
  });

  test("is renewed at consumers, where alone its refresh token is known", async () => {
    const { stub } = await connected("pat@outlook.example");
    await clock.advance(4_000);
    const mark = await sandbox.mark();
    expect((await stub.fetch(me)).status).toBe(200);
    const posts = await sandbox.tokenPosts(mark);
    expect(posts.map(({ url, status }) => [new URL(url).pathname, status])).toEqual([
      ["/consumers/oauth2/v2.0/token", 200],
    ]);
  });
});

test("a personal account has no ARM, and nothing else of it suffers", async () => {
  const { stub } = await connected("pat@outlook.example");
  const mark = await sandbox.mark();
  const refused = {
    ok: false,
    error: { code: "forbidden", details: { reason: "personal_account" } },
  };
  expect(await stub.accessToken({ resource: "arm" })).toMatchObject(refused);
  expect(await stub.refresh({ resource: "arm" })).toMatchObject(refused);
  expect(await sandbox.tokenPosts(mark)).toEqual([]);
  await clock.advance(4_000);
  expect((await stub.fetch(me)).status).toBe(200);
});

test("a guest is connected as who they are in the tenant, and renewed there", async () => {
  const { stub, info } = await connected("lin@fabrikam.example", { tenantId: contoso });
  expect(info.identity).toMatchObject({
    tenant_id: contoso,
    object_id: "aaaaaaaa-2222-4000-8000-000000000003",
  });
  expect(info.resources.map(({ tenant_id: tenant }) => tenant)).toEqual([contoso, contoso]);
  await clock.advance(4_000);
  const mark = await sandbox.mark();
  const response = await stub.fetch(me);
  expect(await response.json()).toMatchObject({ displayName: "Lin Lanying" });
  const [post] = await sandbox.tokenPosts(mark);
  expect(new URL(post?.url ?? "").pathname).toBe(`/${contoso}/oauth2/v2.0/token`);
  const { token } = expectOk(await stub.accessToken({ resource: "graph" }));
  expect(decodeJwt(token)["tid"]).toBe(contoso);
});
