import { describe, expect, test } from "vitest";
import { TokenCipher } from "../../../../src/connection/tables/token-cipher.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import type { EncryptionKey } from "../../../../src/config/config.ts";
import type { ResourceKey } from "../../../../src/connection/tokens/token-cache.ts";
import { DelegatedExchange } from "../../../../src/connection/tokens/delegated.ts";
import { err, ok } from "../../../../src/contract/result.ts";
import { clouds } from "../../../../src/entra/cloud.ts";
import { personalTenantId } from "../../../../src/entra/tenant.ts";
import { ownFailure } from "../../../../src/entra/token-failure.ts";
import type { TokenEndpoint } from "../../../../src/entra/token-endpoint.ts";
import { home, signedInConnection, start } from "../support/connection.ts";

const key: ResourceKey = { resource: "graph", tenantId: home };
const keyOf = (kid: string, byte: number): EncryptionKey => ({
  kid,
  key: new Uint8Array(32).fill(byte),
});
const oldKey = keyOf("old", 1);
const newKey = keyOf("new", 2);

type Asked = Parameters<TokenEndpoint["refresh"]>[0];
type Answer = Awaited<ReturnType<TokenEndpoint["refresh"]>>;
const tokens = { accessToken: "a", scopes: ["User.Read"], expiresInSeconds: 3_600 };

/** The exchange of a connection whose refresh token is sealed with the old key. */
async function exchange({
  answer = ok(tokens) as Answer,
  keys = [oldKey, newKey],
  change = {} as Partial<Grant>,
} = {}) {
  const asked: Asked[] = [];
  const sealed = await new TokenCipher("user:ada", [oldKey]).seal("refresh_token", "secret");
  const grant: Grant = {
    ...signedInConnection().state.grant(),
    refresh_token: sealed,
    ...change,
  };
  const delegated = new DelegatedExchange({
    cipher: new TokenCipher("user:ada", keys),
    endpoint: {
      refresh: async (request) => {
        asked.push(request);
        return answer;
      },
    },
    cloud: clouds.global,
    now: () => start,
  });
  return { asked, prepare: (of = key) => delegated.prepare(of, grant) };
}

const request = { claims: undefined, requestId: "11111111-2222-4333-8444-555555555555" };

describe("a token of a user's grant", () => {
  test("is asked for by the refresh token in clear, at the token's tenant, for one resource", async () => {
    const { asked, prepare } = await exchange();
    const prepared = await prepare();
    expect(prepared.ok && (await prepared.value.send(request))).toEqual(ok(tokens));
    expect(asked).toMatchObject([
      {
        tenant: home,
        refreshToken: "secret",
        scopes: ["https://graph.microsoft.com/.default", "offline_access"],
        requestId: request.requestId,
      },
    ]);
    expect(asked[0]).not.toHaveProperty("claims");
  });

  test("carries the claims of a challenge", async () => {
    const { asked, prepare } = await exchange();
    const prepared = await prepare();
    if (prepared.ok) await prepared.value.send({ ...request, claims: "{}" });
    expect(asked).toMatchObject([{ claims: "{}" }]);
  });

  test("brings the stored refresh token again where its key is no longer the first", async () => {
    const { prepare } = await exchange({ keys: [newKey, oldKey] });
    const prepared = await prepare();
    const answer = prepared.ok && (await prepared.value.send(request));
    expect(answer).toEqual(ok({ ...tokens, refreshToken: "secret" }));
  });

  test("brings a new refresh token as it came, under whatever key", async () => {
    const answer = ok({ ...tokens, refreshToken: "newer" });
    for (const keys of [[newKey, oldKey], [oldKey]]) {
      const { prepare } = await exchange({ answer, keys });
      const prepared = await prepare();
      expect(prepared.ok && (await prepared.value.send(request))).toEqual(answer);
    }
  });

  test("fails as Entra says", async () => {
    const answer = err(ownFailure("timeout"));
    const { prepare } = await exchange({ answer });
    const prepared = await prepare();
    expect(prepared.ok && (await prepared.value.send(request))).toEqual(answer);
  });
});

describe("no request is made", () => {
  test("without a refresh token: the user is to sign in", async () => {
    const { prepare } = await exchange({ change: { refresh_token: null } });
    expect(await prepare()).toMatchObject({
      error: {
        kind: "refused",
        failure: { code: "action_required", remedy: { action: "sign_in" } },
      },
    });
  });

  test("where the key is gone, or the grant was altered", async () => {
    const gone = await exchange({ keys: [newKey] });
    expect(await gone.prepare()).toEqual(err({ kind: "unreadable", fault: "unknown_key" }));
    const altered = await exchange({ change: { refresh_token: "old.AAAA.AAAA" } });
    expect(await altered.prepare()).toEqual(err({ kind: "unreadable", fault: "tampered" }));
  });

  test("for a service that personal accounts do not have", async () => {
    const { asked, prepare } = await exchange({ change: { tenant_id: personalTenantId } });
    const prepared = await prepare({ resource: "arm", tenantId: personalTenantId });
    expect(prepared).toMatchObject({
      error: { failure: { details: { reason: "personal_account" } } },
    });
    expect(asked).toEqual([]);
  });
});
