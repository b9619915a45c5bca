import { describe, expect, it } from "vitest";
import { AzureConnectionCredential } from "../../../src/client/index.ts";
import type { AccessTokenRequest } from "../../../src/contract/connection-rpc.ts";
import { AzureError, failure } from "../../../src/contract/errors.ts";
import { err, ok } from "../../../src/contract/result.ts";
import { json, scripted } from "../arm/script.ts";

const now = Date.parse("2026-11-24T10:00:00Z");
const vault = "https://vault.azure.net/.default";

function source(minutes = 60) {
  const asked: AccessTokenRequest[] = [];
  let generation = 6;
  return {
    asked,
    accessToken: async (request: AccessTokenRequest) => {
      asked.push(request);
      generation += 1;
      const expires_at = new Date(now + minutes * 60_000).toISOString();
      return ok({ token: `token-${generation}`, expires_at, generation });
    },
  };
}

describe("AzureConnectionCredential over a stub", () => {
  it("gives the Azure SDKs a token of the scope's resource", async () => {
    const stub = source();
    const credential = new AzureConnectionCredential(stub, { now: () => now });
    expect(await credential.getToken(vault)).toEqual({
      token: "token-7",
      expiresOnTimestamp: now + 3_600_000,
      refreshAfterTimestamp: now + 3_300_000,
      tokenType: "Bearer",
    });
    expect(stub.asked).toEqual([{ resource: "https://vault.azure.net", minValiditySeconds: 150 }]);
  });

  it("names no time to refresh that is past", async () => {
    const credential = new AzureConnectionCredential(source(4), { now: () => now });
    expect(await credential.getToken([vault])).not.toHaveProperty("refreshAfterTimestamp");
  });

  it("asks for another tenant's token", async () => {
    const stub = source();
    await new AzureConnectionCredential(stub).getToken(vault, { tenantId: "t-2" });
    expect(stub.asked[0]).toMatchObject({ resource: "https://vault.azure.net", tenantId: "t-2" });
  });

  it("names the refused generation when it is given claims, of that resource and tenant only", async () => {
    const stub = source();
    const credential = new AzureConnectionCredential(stub);
    const claims = "eyJhY2Nlc3NfdG9rZW4iOnt9fQ==";
    await credential.getToken(vault);
    await credential.getToken(vault, { tenantId: "t-2" });
    await credential.getToken(vault, { claims });
    await credential.getToken(vault, { claims, tenantId: "t-2" });
    await credential.getToken("https://graph.microsoft.com/.default", { claims });
    expect(stub.asked.map(({ staleGeneration }) => staleGeneration)).toEqual([
      undefined,
      undefined,
      7,
      8,
      undefined,
    ]);
  });

  it("throws what the connection says", async () => {
    const error = failure("action_required", "Sign in again.", {
      remedy: { action: "sign_in", message: "…", since: "2026-11-24T10:00:00Z" },
    });
    const credential = new AzureConnectionCredential({ accessToken: async () => err(error) });
    const thrown = await credential.getToken(vault).catch((e: unknown) => e);
    expect(thrown).toMatchObject({ code: "action_required", remedy: { action: "sign_in" } });
  });

  it("throws an error that keeps what a stub threw", async () => {
    const reset = new Error("Durable Object reset because its code was updated.");
    const misconfigured = Object.assign(new Error("AZURE_CLIENT_ID is missing."), {
      code: "app_misconfigured",
    });
    const thrownFor = (error: Error): Promise<unknown> => {
      const credential = new AzureConnectionCredential({
        accessToken: async () => {
          throw error;
        },
      });
      return credential.getToken(vault).catch((e: unknown) => e);
    };
    const lost = await thrownFor(reset);
    expect(lost).toBeInstanceOf(AzureError);
    expect(lost).toMatchObject({ code: "upstream_unavailable", cause: reset });
    expect(String(lost)).not.toContain("Microsoft");
    const own = await thrownFor(misconfigured);
    expect(own).toMatchObject({
      code: "app_misconfigured",
      message: "AZURE_CLIENT_ID is missing.",
      cause: misconfigured,
    });
  });

  it("refuses scopes of two resources", async () => {
    const stub = source();
    const thrown = await new AzureConnectionCredential(stub)
      .getToken([vault, "https://graph.microsoft.com/.default"])
      .catch((e: unknown) => e);
    expect(thrown).toMatchObject({ code: "invalid_request", details: { field: "scopes" } });
    expect(stub.asked).toEqual([]);
  });

  it("distinguishes a stub from options though a stub has a member for every name", async () => {
    const stub = source();
    const everything = new Proxy(stub, {
      has: () => true,
      get: (target, name) => (name === "accessToken" ? target.accessToken : () => {}),
    });
    await new AzureConnectionCredential(everything).getToken(vault);
    expect(stub.asked).toHaveLength(1);
  });
});

describe("AzureConnectionCredential over HTTP", () => {
  it("asks the token route of the connection", async () => {
    const token = { token: "t", expires_at: new Date(now).toISOString(), generation: 4 };
    const script = scripted(
      json({ success: true, data: token }),
      json({ success: true, data: { ...token, generation: 5 } }),
    );
    const credential = new AzureConnectionCredential({
      baseUrl: "https://azure.example.com/",
      apiKey: "azk_1_secret",
      userId: "ada@example",
      label: "work",
      fetch: script.fetch,
    });
    await credential.getToken(vault, { tenantId: "t-2" });
    await credential.getToken(vault, { tenantId: "t-2", claims: "e30=" });
    const path = "https://azure.example.com/connections/user%3Aada%40example%3Awork/token";
    const fields = { resource: "https://vault.azure.net", tenant_id: "t-2", min_validity: "150" };
    const urls = script.asked.map(({ url }) => new URL(url));
    expect(urls.map(({ origin, pathname }) => origin + pathname)).toEqual([path, path]);
    expect(urls.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([
      fields,
      { ...fields, stale_generation: "4" },
    ]);
    expect(script.asked[0]?.headers.get("authorization")).toBe("Bearer azk_1_secret");
  });
});
