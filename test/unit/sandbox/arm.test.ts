import { beforeEach, describe, expect, it } from "vitest";
import {
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
  ENGINEERING_SUBSCRIPTION,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_TENANT,
  PERSONAL_TENANT,
} from "../../sandbox/constants.ts";
import { codeOf, createArmHarness } from "./arm-harness.ts";

const GROUPS = `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourcegroups`;
const V = "api-version=2022-12-01";

const { world, send, tokenOf } = await createArmHarness();
beforeEach(() => world.reset());

describe("ARM's front door", () => {
  it("asks for an api-version before it asks who calls", async () => {
    const said = await send("GET", "/subscriptions", { token: "" });
    expect([said.status, codeOf(said)]).toEqual([400, "MissingApiVersionParameter"]);
  });

  it("names the tenant of a subscription to a caller without a token", async () => {
    const said = await send("GET", `/subscriptions/${FABRIKAM_SUBSCRIPTION}?${V}`, { token: "" });
    expect([said.status, codeOf(said)]).toEqual([401, "AuthenticationFailed"]);
    expect(said.headers.get("www-authenticate")).toContain(
      `authorization_uri="https://login.windows.net/${FABRIKAM_TENANT}", error="invalid_token"`,
    );
  });

  it("names both issuers to a token of another tenant", async () => {
    const said = await send("GET", `/subscriptions/${FABRIKAM_SUBSCRIPTION}?${V}`);
    expect([said.status, codeOf(said)]).toEqual([401, "InvalidAuthenticationTokenTenant"]);
    expect(said.body.error?.message).toContain(`https://sts.windows.net/${CONTOSO_TENANT}/`);
    expect(said.body.error?.message).toContain(`https://sts.windows.net/${FABRIKAM_TENANT}/`);
  });

  it("refuses a token of Graph, an expired one and nonsense in its own words", async () => {
    const { token: graph } = await world.issueAccessToken({
      audience: "graph",
      user: "ada@contoso.example",
      scopes: ["User.Read"],
    });
    const target = `/subscriptions?${V}`;
    const wrong = await send("GET", target, { token: graph });
    expect([wrong.status, codeOf(wrong)]).toEqual([401, "InvalidAuthenticationTokenAudience"]);
    const nonsense = await send("GET", target, { token: "nonsense" });
    expect([nonsense.status, codeOf(nonsense)]).toEqual([401, "InvalidAuthenticationToken"]);
    world.settings.clock_offset_s = 7200;
    const late = await send("GET", target);
    expect([late.status, codeOf(late)]).toEqual([401, "ExpiredAuthenticationToken"]);
  });

  it("sends claims to the bearer of a revoked token", async () => {
    world.revocations.add({
      upn: "ada@contoso.example",
      audience: "arm",
      time: world.now(),
      tick: world.tick(),
    });
    const said = await send("GET", `/subscriptions?${V}`);
    expect(said.status).toBe(401);
    expect(said.headers.get("www-authenticate")).toMatch(
      /^Bearer authorization_uri="https:\/\/login\.windows\.net\/", error="invalid_token", error_description="User session has been revoked", claims="[\w+/=-]+"$/,
    );
  });

  it("puts its headers on answers and on errors", async () => {
    const said = await send("GET", `/subscriptions/${CONTOSO_SUBSCRIPTION}?${V}`, {
      headers: {
        "x-ms-correlation-request-id": "c1",
        "x-ms-client-request-id": "r1",
        "x-ms-return-client-request-id": "true",
      },
    });
    expect(Object.fromEntries(said.headers)).toMatchObject({
      "x-ms-correlation-request-id": "c1",
      "x-ms-client-request-id": "r1",
      "x-ms-ratelimit-remaining-subscription-reads": "249",
      "cache-control": "no-cache",
      pragma: "no-cache",
      expires: "-1",
    });
    expect(said.headers.get("x-ms-routing-request-id")).toMatch(
      /^[A-Z]+:\d{8}T\d{6}Z:[\da-f-]{36}$/,
    );
    expect(said.headers.get("x-ms-failure-cause")).toBeNull();
    const failed = await send("GET", `${GROUPS}/nowhere?${V}`, {
      headers: { "x-ms-client-request-id": "r1" },
    });
    expect(failed.headers.get("x-ms-failure-cause")).toBe("gateway");
    expect(failed.headers.get("x-ms-client-request-id")).toBeNull();
  });

  it("refuses unknown subscriptions, paths and methods", async () => {
    const ghost = "00000000-0000-4000-8000-000000000000";
    const unknown = await send("GET", `/subscriptions/${ghost}?${V}`);
    expect([unknown.status, codeOf(unknown)]).toEqual([404, "SubscriptionNotFound"]);
    const malformed = await send("GET", `/subscriptions/mine?${V}`);
    expect([malformed.status, codeOf(malformed)]).toEqual([400, "InvalidSubscriptionId"]);
    const path = await send("GET", `/nowhere?${V}`);
    expect([path.status, codeOf(path)]).toEqual([404, "HttpResourceNotFound"]);
    const method = await send("DELETE", `/subscriptions/${CONTOSO_SUBSCRIPTION}?${V}`);
    expect([method.status, codeOf(method)]).toEqual([405, "MethodNotAllowed"]);
    expect(method.headers.get("allow")).toBe("GET");
  });
});

describe("who sees and may do what", () => {
  const names = async (user: string, tenantId?: string) => {
    const token = await tokenOf(user, tenantId);
    const { body } = await send("GET", `/subscriptions?${V}`, { token });
    return body.value?.map(({ displayName }) => displayName);
  };

  it("lists the subscriptions of the token's tenant that the caller has a role on", async () => {
    expect(await names("ada@contoso.example")).toEqual([
      "Contoso Production",
      "Contoso Engineering",
    ]);
    expect(await names("grace@contoso.example")).toEqual(["Contoso Production"]);
    expect(await names("alan@fabrikam.example")).toEqual(["Fabrikam"]);
    expect(await names("lin@fabrikam.example")).toEqual([]);
    expect(await names("lin@fabrikam.example", CONTOSO_TENANT)).toEqual(["Contoso Production"]);
    expect(await names("pat@outlook.example", PERSONAL_TENANT)).toEqual([]);
  });

  it("lists every tenant of a guest, whatever tenant the token is for", async () => {
    const token = await tokenOf("lin@fabrikam.example");
    const { body } = await send("GET", `/tenants?${V}`, { token });
    expect(body.value?.map(({ tenantId }) => tenantId)).toEqual([FABRIKAM_TENANT, CONTOSO_TENANT]);
  });

  it("refuses a reader's write and a stranger's read, naming action and scope", async () => {
    const token = await tokenOf("grace@contoso.example");
    const body = { location: "westeurope" };
    const write = await send("PUT", `${GROUPS}/new?${V}`, { token, body });
    expect([write.status, codeOf(write)]).toEqual([403, "AuthorizationFailed"]);
    expect(write.body.error?.message).toContain(
      "The client 'grace@contoso.example' with object id",
    );
    expect(write.body.error?.message).toContain(
      `action 'Microsoft.Resources/subscriptions/resourceGroups/write' over scope '${GROUPS}/new'`,
    );
    const read = await send("GET", `/subscriptions/${ENGINEERING_SUBSCRIPTION}?${V}`, { token });
    expect([read.status, codeOf(read)]).toEqual([403, "AuthorizationFailed"]);
  });

  it("lets an application read and needs user_impersonation of a user", async () => {
    const { token } = await world.issueAccessToken({ audience: "arm", tenantId: CONTOSO_TENANT });
    const target = `${GROUPS}/contoso-production?${V}`;
    expect((await send("GET", target, { token })).status).toBe(200);
    const changed = await send("PATCH", target, { token, body: { tags: {} } });
    expect(codeOf(changed)).toBe("AuthorizationFailed");
    const { token: bare } = await world.issueAccessToken({
      audience: "arm",
      user: "ada@contoso.example",
    });
    expect((await send("GET", target, { token: bare })).status).toBe(403);
  });
});
