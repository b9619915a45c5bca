import { ResourceManagementClient } from "@azure/arm-resources";
import { createHttpHeaders, type HttpClient } from "@azure/core-rest-pipeline";
import { SecretClient } from "@azure/keyvault-secrets";
import { Client } from "@microsoft/microsoft-graph-client";
import { describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { connected, type Stub } from "./support/connections.ts";

/** Microsoft's SDKs in a sibling Worker, with a stub's `fetch` in place of the network. */

const scopes = ["https://vault.azure.net/user_impersonation"];
/** The stub signs the request in; what a client sends in its place goes nowhere. */
const credential = { getToken: async () => ({ token: "-", expiresOnTimestamp: Infinity }) };

const graphOf = (stub: Stub): Client =>
  Client.initWithMiddleware({
    middleware: {
      execute: async (context) => {
        context.response = await stub.fetch(String(context.request), context.options);
      },
    },
  });
/** What sends the requests of an Azure SDK's client. */
const httpOf = (stub: Stub): HttpClient => ({
  async sendRequest(request) {
    const { method, url, headers } = request;
    const answer = await stub.fetch(url, { method, headers: headers.toJSON() });
    return {
      request,
      status: answer.status,
      headers: createHttpHeaders(Object.fromEntries(answer.headers)),
      bodyAsText: await answer.text(),
    };
  },
});
const resourcesOf = (stub: Stub): ResourceManagementClient =>
  new ResourceManagementClient(credential, CONTOSO_SUBSCRIPTION, { httpClient: httpOf(stub) });
const vaultOf = (stub: Stub): SecretClient =>
  new SecretClient("https://contoso-kv.vault.azure.net", credential, {
    httpClient: httpOf(stub),
  });
const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test("Microsoft's clients work over a stub", async () => {
  const { stub } = await connected("ada@contoso.example", { scopes });
  expect(await graphOf(stub).api("/me").get()).toMatchObject({ displayName: "Ada Lovelace" });
  const group = await resourcesOf(stub).resourceGroups.get("contoso-production");
  expect(group.location).toBe("westeurope");
  const secret = "https://contoso-kv.vault.azure.net/secrets/by-stub?api-version=7.4";
  const written = await stub.fetch(secret, {
    method: "PUT",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ value: "value" }),
  });
  expect(written.status).toBe(200);
  await written.body?.cancel();
  expect((await vaultOf(stub).getSecret("by-stub")).value).toBe("value");
});

describe("an error of ours at a stub", () => {
  const code = "action_required";
  const message = "Sign in with Microsoft to connect.";
  async function disconnected(): Promise<Stub> {
    const { stub } = await connected("ada@contoso.example", { scopes });
    await stub.disconnect();
    return stub;
  }

  test("is shown by the Graph client", async () => {
    const stub = await disconnected();
    expect(await thrown(graphOf(stub).api("/me").get())).toMatchObject({
      statusCode: 424,
      code,
      message,
      body: expect.stringContaining('"remedy":{"action":"sign_in"'),
    });
  });

  test("is shown by the Resource Manager client", async () => {
    const stub = await disconnected();
    expect(await thrown(resourcesOf(stub).resourceGroups.get("x"))).toMatchObject({
      statusCode: 424,
      code,
      message,
      details: { error: { additionalInfo: [{ info: { remedy: { action: "sign_in" } } }] } },
    });
  });

  test("is shown by the Key Vault client", async () => {
    const stub = await disconnected();
    expect(await thrown(vaultOf(stub).getSecret("password"))).toMatchObject({
      statusCode: 424,
      code,
      message,
    });
  });
});
