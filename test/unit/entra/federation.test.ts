import { createServer, type Server } from "node:http";
import { calculateJwkThumbprint } from "jose";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { clouds } from "../../../src/entra/cloud.ts";
import type { Federation } from "../../../src/entra/credential.ts";
import { discoveryDocument, keySet } from "../../../src/entra/federation.ts";
import { federationCredentials, federationKeys } from "../../../src/config/credentials.ts";
import { newPrivateKey } from "../../../src/entra/new-certificate.ts";
import type { RsaKey } from "../../../src/entra/rsa-key.ts";
import { createTokenEndpoint } from "../../../src/entra/token-endpoint.ts";
import { createSandbox, type Sandbox } from "../../sandbox/index.ts";
import { CLIENT_ID, CONTOSO_TENANT } from "../../sandbox/constants.ts";

let server: Server;
let issuer: string;
/** The Worker's issuer as it is deployed now. */
let deployed: Federation;
let [one, two]: RsaKey[] = [];
let sandbox: Sandbox;

beforeAll(async () => {
  const keys = federationKeys((await newPrivateKey()) + (await newPrivateKey()));
  if (!keys.ok) throw new Error(keys.error);
  [one, two] = keys.value;
  server = createServer(({ url }, answer) => {
    void (async () => {
      const document = url?.endsWith("/jwks.json")
        ? await keySet(deployed)
        : discoveryDocument(deployed);
      answer.end(JSON.stringify(document));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/federation`;
});
afterAll(() => void server.close());

beforeEach(async () => {
  sandbox = await createSandbox();
});

const federation = (...keys: (RsaKey | undefined)[]): Federation => ({
  issuer,
  subject: "azure-integration-worker",
  keys: keys.filter((key) => key !== undefined),
});

/** A token of the application, proven by the first key of `signing`. */
function tokenBy(signing: Federation) {
  const endpoint = createTokenEndpoint({
    cloud: clouds.global,
    clientId: CLIENT_ID,
    credentials: federationCredentials(signing).slice(0, 1),
    fetch: (input, init) => sandbox.fetch(new Request(input, init)),
    now: Date.now,
  });
  return () =>
    endpoint.clientCredentials({
      tenant: CONTOSO_TENANT,
      scopes: ["https://graph.microsoft.com/.default"],
    });
}

test("while keys overlap, Entra verifies assertions of the old one and of the new one", async () => {
  const [old, next] = [tokenBy(federation(one)), tokenBy(federation(two))];
  deployed = federation(one);
  expect(await old()).toMatchObject({ ok: true });
  // The new key is published before it signs; then it signs, and the old one is still published.
  for (const keys of [federation(one, two), federation(two, one)]) {
    deployed = keys;
    expect(await old()).toMatchObject({ ok: true });
    expect(await next()).toMatchObject({ ok: true });
  }
  deployed = federation(two);
  expect(await next()).toMatchObject({ ok: true });
  expect(await old()).toMatchObject({ ok: false, error: { codes: [7000272] } });
});

test("a key that is not published is refused as that, and works as soon as it is", async () => {
  deployed = federation(one);
  const token = tokenBy(federation(two));
  expect(await token()).toMatchObject({
    ok: false,
    error: {
      codes: [7000272],
      disposition: { action: "fix_app", latch: "app", variable: "AZURE_FEDERATION_KEYS" },
    },
  });
  deployed = federation(one, two);
  expect(await token()).toMatchObject({ ok: true });
});

test("a key is named by its thumbprint of RFC 7638", async () => {
  const { keys } = await keySet(federation(one, two));
  for (const { kid, kty, n, e } of keys) {
    expect(kid).toBe(await calculateJwkThumbprint({ kty, n, e }));
  }
});

test("what is published holds nothing of a private key", async () => {
  const published = JSON.stringify(await keySet(federation(one, two)));
  expect(Object.keys(JSON.parse(published).keys[0]).sort()).toEqual([
    "alg",
    "e",
    "kid",
    "kty",
    "n",
    "use",
  ]);
});
