import tls from "node:tls";
import { SecretClient } from "@azure/keyvault-secrets";
import { AnonymousCredential, BlobServiceClient } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { AzureConnectionCredential } from "../../src/client/index.ts";
import { startAzurite, type Azurite } from "../support/azurite.ts";
import { control, requestsOf } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

const authorities = tls.getCACertificates("default");

let worker: TestWorker;
let azurite: Azurite | undefined;
let credential: AzureConnectionCredential;

beforeAll(async () => {
  worker = await startTestWorker();
  tls.setDefaultCACertificates([...authorities, worker.certificate.ca]);
  azurite = await startAzurite(worker.certificate);
  await signIn(worker.url, {
    userId: "ada",
    scopes: [
      "https://vault.azure.net/user_impersonation",
      "https://storage.azure.com/user_impersonation",
    ],
  });
  credential = new AzureConnectionCredential({
    baseUrl: worker.url,
    apiKey: "azk_all_all-secret",
    userId: "ada",
  });
});

afterAll(async () => {
  tls.setDefaultCACertificates(authorities);
  await azurite?.close();
  await worker.close();
});

async function tokenPosts(resource: string): Promise<number> {
  const requests = await requestsOf(worker.sandbox);
  return requests.filter(
    ({ grant_type, scope }) => grant_type === "refresh_token" && scope?.includes(resource),
  ).length;
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("the credential with Microsoft's own Key Vault client", () => {
  const vault = () =>
    new SecretClient(`${worker.sandbox.httpsUrl}/vault/contoso-kv`, credential, {
      disableChallengeResourceVerification: true,
    });

  it("sets, reads and lists secrets as the user, with one token for two clients", async () => {
    await vault().setSecret("by-credential", "value");
    const read = await vault().getSecret("by-credential");
    expect(read).toMatchObject({ name: "by-credential", value: "value" });
    const names = (await collect(vault().listPropertiesOfSecrets())).map(({ name }) => name);
    expect(names).toContain("by-credential");
    expect(await tokenPosts("vault.azure.net")).toBe(1);
  });

  it("gets another token when the vault challenges the one it had", async () => {
    const secrets = vault();
    await secrets.getSecret("by-credential");
    const before = await tokenPosts("vault.azure.net");
    await control(worker.sandbox, "settings", { cae: true });
    await control(worker.sandbox, "revoke", { user: "ada@contoso.example", resource: "vault" });
    const read = await secrets.getSecret("by-credential");
    await control(worker.sandbox, "settings", { cae: false });
    expect(read.value).toBe("value");
    expect(await tokenPosts("vault.azure.net")).toBe(before + 1);
  });
});

describe("the credential with Microsoft's own Blob client, against the real Azurite", () => {
  const reports = (by: AzureConnectionCredential | AnonymousCredential) =>
    new BlobServiceClient(azurite?.blobUrl ?? "", by).getContainerClient("reports");

  it("writes, lists and reads blobs as the user", async () => {
    const container = reports(credential);
    await container.create();
    const text = "Notes on the engine";
    await container.getBlockBlobClient("notes.txt").upload(text, text.length);
    const blobs = await collect(container.listBlobsFlat());
    expect(blobs.map(({ name }) => name)).toEqual(["notes.txt"]);
    const read = await container.getBlobClient("notes.txt").downloadToBuffer();
    expect(read.toString()).toBe(text);
    expect(await tokenPosts("storage.azure.com")).toBe(1);
  });

  it("is what lets them in: without it they are refused", async () => {
    const refused: unknown = await reports(new AnonymousCredential())
      .getProperties()
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ statusCode: 403 });
  });
});

it("says by code what a user who never connected has to do", async () => {
  const nobody = new AzureConnectionCredential({
    baseUrl: worker.url,
    apiKey: "azk_all_all-secret",
    userId: "nobody",
  });
  const refused: unknown = await nobody
    .getToken("https://vault.azure.net/.default")
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "not_found", status: 404 });
});

describe("a sign-in that was revoked", () => {
  const reason = {
    name: "AzureError",
    code: "action_required",
    status: 424,
    message: expect.stringContaining("The sign-in was revoked"),
    remedy: { action: "sign_in", connect_url: expect.stringMatching(/^https:/) },
  };
  let revoked: AzureConnectionCredential;
  beforeAll(async () => {
    await signIn(worker.url, { userId: "revoked", account: "grace@contoso.example" });
    await control(worker.sandbox, "revoke", { user: "grace@contoso.example" });
    revoked = new AzureConnectionCredential({
      baseUrl: worker.url,
      apiKey: "azk_all_all-secret",
      userId: "revoked",
    });
  });

  it("is told with its remedy by the Key Vault client", async () => {
    const client = new SecretClient(`${worker.sandbox.httpsUrl}/vault/contoso-kv`, revoked, {
      disableChallengeResourceVerification: true,
    });
    const refused: unknown = await client.getSecret("password").catch((error: unknown) => error);
    expect(refused).toMatchObject(reason);
  });

  it("is told with its remedy by the Blob client", async () => {
    const container = new BlobServiceClient(azurite?.blobUrl ?? "", revoked).getContainerClient(
      "x",
    );
    const refused: unknown = await container.getProperties().catch((error: unknown) => error);
    expect(refused).toMatchObject(reason);
  });
});

it("needs a key that may read tokens", async () => {
  const reader = new AzureConnectionCredential({
    baseUrl: worker.url,
    apiKey: "azk_reader_reader-secret",
    userId: "ada",
  });
  const refused: unknown = await reader
    .getToken("https://vault.azure.net/.default")
    .catch((error: unknown) => error);
  expect(refused).toMatchObject({ code: "forbidden", status: 403 });
});
