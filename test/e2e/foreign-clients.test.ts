import tls from "node:tls";
import { ComputeManagementClient } from "@azure/arm-compute";
import { ResourceManagementClient } from "@azure/arm-resources";
import { StorageManagementClient } from "@azure/arm-storage";
import { DeviceCodeCredential } from "@azure/identity";
import { GraphBrowser, graphfi, type GraphFI } from "@pnp/graph";
import "@pnp/graph/mail/index.js";
import "@pnp/graph/users/index.js";
import { InjectHeaders } from "@pnp/queryable";
import * as openid from "openid-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
  PUBLIC_CLIENT_ID,
} from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { control } from "../support/sandbox-control.ts";
import { armOptions, credentialOf, type GatewayAccess } from "../support/gateway-sdks.ts";
import { signIn } from "../support/sign-in.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

/** Clients of other people's, unmodified: through the gateways, and against the sandbox itself. */

const authorities = tls.getCACertificates("default");
const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => undefined,
    (error: unknown) => error,
  );

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("through the gateways", () => {
  const group = "contoso-staging";
  let worker: TestWorker;
  let access: GatewayAccess;

  beforeAll(async () => {
    worker = await startTestWorker();
    tls.setDefaultCACertificates([...authorities, worker.certificate.ca]);
    await signIn(worker.url, { userId: "ada" });
    access = {
      origin: worker.tls.url,
      token: "azk_all_all-secret",
      headers: { "x-azure-connection": "user:ada" },
    };
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(authorities);
    await worker.close();
  });

  describe("Microsoft's compute client", () => {
    const compute = () =>
      new ComputeManagementClient(credentialOf(access), CONTOSO_SUBSCRIPTION, armOptions(access));

    it("makes a disk and a machine, lists them, and deletes the machine by its pollers", async () => {
      const { disks, virtualMachines } = compute();
      const disk = await disks.createOrUpdate(group, "foreign-disk", {
        location: "northeurope",
        sku: { name: "Premium_LRS" },
        creationData: { createOption: "Empty" },
        diskSizeGB: 32,
      });
      expect(disk).toMatchObject({ name: "foreign-disk", provisioningState: "Succeeded" });
      const machine = await virtualMachines.createOrUpdate(group, "foreign-vm", {
        location: "northeurope",
        hardwareProfile: { vmSize: "Standard_D2s_v5" },
      });
      expect(machine).toMatchObject({ name: "foreign-vm", provisioningState: "Succeeded" });
      const listed = await collect(virtualMachines.list(group));
      expect(listed.map(({ name }) => name)).toEqual(["foreign-vm"]);
      await virtualMachines.delete(group, "foreign-vm");
      expect(await collect(virtualMachines.list(group))).toEqual([]);
    });

    it("throws Compute's own code for a name that it does not take", async () => {
      const wrong = await failureOf(
        Promise.resolve(
          compute().virtualMachines.createOrUpdate(group, "-vm-", { location: "northeurope" }),
        ),
      );
      expect(wrong).toMatchObject({ statusCode: 400, code: "InvalidParameter" });
    });
  });

  describe("Microsoft's storage client", () => {
    const storage = () =>
      new StorageManagementClient(credentialOf(access), CONTOSO_SUBSCRIPTION, armOptions(access));
    const account = {
      location: "northeurope",
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
    } as const;

    it("asks whether a name is free, makes the account, and asks again", async () => {
      const { storageAccounts } = storage();
      const asked = { name: "foreignaccount", type: "Microsoft.Storage/storageAccounts" } as const;
      expect(await storageAccounts.checkNameAvailability(asked)).toMatchObject({
        nameAvailable: true,
      });
      const made = await storageAccounts.create(group, "foreignaccount", account);
      expect(made).toMatchObject({ name: "foreignaccount", provisioningState: "Succeeded" });
      expect(await storageAccounts.checkNameAvailability(asked)).toMatchObject({
        nameAvailable: false,
        reason: "AlreadyExists",
      });
      const listed = await collect(storageAccounts.listByResourceGroup(group));
      expect(listed.map(({ name }) => name)).toEqual(["foreignaccount"]);
    });

    it("throws that a name is taken by somebody else", async () => {
      const wrong = await failureOf(
        Promise.resolve(storage().storageAccounts.create(group, "contosodata001", account)),
      );
      expect(wrong).toMatchObject({ statusCode: 409, code: "StorageAccountAlreadyTaken" });
    });
  });

  describe("PnP's Graph client", () => {
    const graph = (): GraphFI =>
      graphfi().using(
        GraphBrowser({ baseUrl: `${access.origin}/graph/v1.0` }),
        InjectHeaders({ authorization: `Bearer ${access.token}`, ...access.headers }),
      );

    it("reads the user, and messages page by page", async () => {
      expect(await graph().me.select("displayName")()).toMatchObject({
        displayName: "Ada Lovelace",
      });
      const subjects: unknown[] = [];
      for await (const page of graph().me.messages.select("subject").top(100))
        subjects.push(...page);
      expect(subjects).toHaveLength(250);
    });

    it("throws with Graph's own answer for an id that is none", async () => {
      const wrong = await failureOf(graph().me.messages.getById("missing")());
      expect(wrong).toMatchObject({ isHttpRequestError: true, status: 400 });
      expect(wrong).toHaveProperty("message", expect.stringContaining("ErrorInvalidIdMalformed"));
    });
  });
});

describe("against the sandbox", () => {
  let sandbox: SandboxServer;
  beforeAll(async () => {
    sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
    tls.setDefaultCACertificates([...authorities, sandbox.ca]);
    await control(sandbox, "settings", { device_code_interval_s: 1 });
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(authorities);
    await sandbox.close();
  });

  /** What a person does at the page of a device code. */
  async function decide(page: string, code: string, decision: "approve" | "deny") {
    const query = new URLSearchParams({
      otc: code,
      sandbox_account: "ada@contoso.example",
      sandbox_decision: decision,
    });
    const response = await fetch(`${page}?${query}`);
    expect(response.status).toBe(200);
  }

  describe("openid-client", () => {
    const discover = (clientId: string, authentication: openid.ClientAuth) =>
      openid.discovery(
        new URL(`${sandbox.httpsUrl}/${CONTOSO_TENANT}/v2.0`),
        clientId,
        {},
        authentication,
      );
    const redirectUri = "http://localhost:8787/callback";

    async function signInAs(config: openid.Configuration) {
      const verifier = openid.randomPKCECodeVerifier();
      const nonce = openid.randomNonce();
      const url = openid.buildAuthorizationUrl(config, {
        redirect_uri: redirectUri,
        scope: "openid profile offline_access User.Read",
        code_challenge: await openid.calculatePKCECodeChallenge(verifier),
        code_challenge_method: "S256",
        nonce,
        sandbox_account: "ada@contoso.example",
        sandbox_decision: "approve",
      });
      const redirect = await fetch(url, { redirect: "manual" });
      const back = new URL(redirect.headers.get("location") ?? "");
      const checks = { pkceCodeVerifier: verifier, expectedNonce: nonce, idTokenExpected: true };
      return openid.authorizationCodeGrant(config, back, checks);
    }

    it("signs in by code and PKCE, verifies the id_token, reads userinfo, and refreshes", async () => {
      const config = await discover(CLIENT_ID, openid.ClientSecretPost(CLIENT_SECRET));
      const tokens = await signInAs(config);
      const claims = tokens.claims();
      expect(claims).toMatchObject({ preferred_username: "ada@contoso.example" });
      const info = await openid.fetchUserInfo(config, tokens.access_token, claims?.sub ?? "");
      expect(info).toMatchObject({ name: "Ada Lovelace" });
      const again = await openid.refreshTokenGrant(config, tokens.refresh_token ?? "");
      expect(again.access_token).not.toBe(tokens.access_token);
    });

    it("throws Entra's error for a wrong secret", async () => {
      const config = await discover(CLIENT_ID, openid.ClientSecretPost("wrong"));
      const wrong = await failureOf(signInAs(config));
      expect(wrong).toMatchObject({ error: "invalid_client", status: 401 });
      expect(wrong).toHaveProperty("error_description", expect.stringContaining("AADSTS7000215"));
    });

    it("signs in by device code, and throws when the person declines", async () => {
      const config = await discover(PUBLIC_CLIENT_ID, openid.None());
      const asked = { scope: "openid User.Read" };
      const code = await openid.initiateDeviceAuthorization(config, asked);
      const [tokens] = await Promise.all([
        openid.pollDeviceAuthorizationGrant(config, code),
        decide(code.verification_uri, code.user_code, "approve"),
      ]);
      expect(tokens.claims()).toMatchObject({ aud: PUBLIC_CLIENT_ID });
      const other = await openid.initiateDeviceAuthorization(config, asked);
      await decide(other.verification_uri, other.user_code, "deny");
      const wrong = await failureOf(openid.pollDeviceAuthorizationGrant(config, other));
      expect(wrong).toMatchObject({ error: "authorization_declined" });
    });
  });

  describe("@azure/identity by device code", () => {
    const credential = (decision: "approve" | "deny") =>
      new DeviceCodeCredential({
        tenantId: CONTOSO_TENANT,
        clientId: PUBLIC_CLIENT_ID,
        authorityHost: sandbox.httpsUrl,
        disableInstanceDiscovery: true,
        userPromptCallback: ({ verificationUri, userCode }) => {
          void decide(verificationUri, userCode, decision);
        },
      });
    const scope = "https://management.azure.com/user_impersonation";

    it("gives Microsoft's resources client a token that works", async () => {
      const resources = new ResourceManagementClient(credential("approve"), CONTOSO_SUBSCRIPTION, {
        endpoint: `${sandbox.httpsUrl}/arm`,
        credentials: { scopes: [scope] },
      });
      const groups = await collect(resources.resourceGroups.list());
      expect(groups.map(({ name }) => name)).toContain("contoso-production");
    });

    it("throws when the person declines", async () => {
      const wrong = await failureOf(credential("deny").getToken(scope));
      expect(wrong).toMatchObject({ name: "AuthenticationRequiredError" });
    });
  });
});
