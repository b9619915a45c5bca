import { describe, expect, test } from "vitest";
import { ClientCredentialsExchange } from "../../../../src/connection/tokens/app-only.ts";
import { err, ok } from "../../../../src/contract/result.ts";
import { clouds } from "../../../../src/entra/cloud.ts";
import { ownFailure } from "../../../../src/entra/token-failure.ts";
import type { TokenEndpoint } from "../../../../src/entra/token-endpoint.ts";
import { elsewhere, home } from "../support/connection.ts";

type Asked = Parameters<TokenEndpoint["clientCredentials"]>[0];
type Answer = Awaited<ReturnType<TokenEndpoint["clientCredentials"]>>;

const unsigned = (claims: object): string =>
  ["{}", JSON.stringify(claims), ""]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".");
const tokens = { accessToken: "opaque", scopes: [], expiresInSeconds: 3_600 };

function exchange(answer: Answer = ok(tokens)) {
  const asked: Asked[] = [];
  const appOnly = new ClientCredentialsExchange({
    endpoint: {
      clientCredentials: async (request) => {
        asked.push(request);
        return answer;
      },
    },
    cloud: clouds.global,
  });
  const send = async (tenantId = home) => {
    const prepared = await appOnly.prepare({ resource: "arm", tenantId }, { tenant_id: home });
    return prepared.ok
      ? prepared.value.send({
          claims: undefined,
          requestId: "11111111-2222-4333-8444-555555555555",
        })
      : prepared;
  };
  return { asked, send };
}

describe("a token of a tenant's grant", () => {
  test("is asked for at the tenant, for one resource", async () => {
    const { asked, send } = exchange();
    expect(await send()).toMatchObject({ ok: true });
    expect(asked).toMatchObject([
      { tenant: home, scopes: ["https://management.azure.com/.default"] },
    ]);
  });

  test("is asked for nowhere else: the application may be there for another customer", async () => {
    const { asked, send } = exchange();
    expect(await send(elsewhere)).toMatchObject({
      error: { failure: { code: "forbidden", details: { reason: "other_tenant" } } },
    });
    expect(asked).toEqual([]);
  });

  test("says its roles where it can be read", async () => {
    const oid = "DDDDDDDD-0000-4000-8000-00000000000D";
    const accessToken = unsigned({ roles: ["Mail.Read", 7], oid, app_displayname: "Sync" });
    const { send } = exchange(ok({ ...tokens, accessToken }));
    expect(await send()).toMatchObject({
      value: { app: { roles: ["Mail.Read"], objectId: oid.toLowerCase(), name: "Sync" } },
    });
    const without = exchange(ok({ ...tokens, accessToken: unsigned({}) }));
    expect(await without.send()).toMatchObject({ value: { app: { roles: [] } } });
    expect(await exchange().send()).toMatchObject({ value: { app: undefined } });
  });

  test("brings no refresh token, whatever the answer holds", async () => {
    const { send } = exchange(ok({ ...tokens, refreshToken: "r" }));
    const sent = await send();
    expect(sent.ok && sent.value).not.toHaveProperty("refreshToken");
  });

  test("fails as Entra says", async () => {
    const answer = err(ownFailure("timeout"));
    expect(await exchange(answer).send()).toEqual(answer);
  });
});
