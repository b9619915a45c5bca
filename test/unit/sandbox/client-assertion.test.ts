import { createServer, type Server } from "node:http";
import { createPrivateKey, randomUUID, X509Certificate } from "node:crypto";
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWTPayload } from "jose";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { CLIENT_ID, CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { readCertificate } from "../../sandbox/entra/registered-credentials.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import { createSandbox } from "../../sandbox/index.ts";
import { stateSchema, type State, type StateStore } from "../../sandbox/state.ts";
import { newClientCertificate } from "../../support/credentials.ts";
import { base, createEntraHarness } from "./entra-harness.ts";

const tokenEndpoint = `${base}/${CONTOSO_TENANT}/oauth2/v2.0/token`;
const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

let entra: ReturnType<typeof createEntraHarness>;
beforeEach(async () => {
  entra = createEntraHarness();
  // Somebody of the tenant has consented: Entra knows the application there.
  await entra.signIn();
});

const prove = (assertion: string, fields: Record<string, string | undefined> = {}) =>
  entra.token(
    {
      grant_type: "client_credentials",
      scope: "https://graph.microsoft.com/.default",
      client_secret: undefined,
      client_assertion_type: assertionType,
      client_assertion: assertion,
      ...fields,
    },
    CONTOSO_TENANT,
  );

interface Assertion {
  claims?: JWTPayload;
  header?: Record<string, string>;
  /** Seconds from now. */
  from?: number;
  until?: number;
}

describe("an assertion signed by a certificate", () => {
  let certificate: Awaited<ReturnType<typeof newClientCertificate>>;
  let other: typeof certificate;
  beforeAll(async () => {
    certificate = await newClientCertificate();
    other = await newClientCertificate();
  });
  beforeEach(async () => {
    entra.world.credentials.add(await readCertificate(certificate.certificate));
  });

  const hash = (pem: string, name: "fingerprint" | "fingerprint256") =>
    Buffer.from(new X509Certificate(pem)[name].replaceAll(":", ""), "hex").toString("base64url");

  function assertionBy(
    signer: typeof certificate,
    { claims = {}, header, from = 0, until = 300 }: Assertion = {},
  ): Promise<string> {
    const now = Math.floor(Date.now() / 1000);
    const named = header ?? {
      alg: "PS256",
      "x5t#S256": hash(certificate.certificate, "fingerprint256"),
    };
    return new SignJWT({ iss: CLIENT_ID, sub: CLIENT_ID, aud: tokenEndpoint, ...claims })
      .setProtectedHeader({ alg: "PS256", typ: "JWT", ...named })
      .setIssuedAt(now + from)
      .setNotBefore(now + from)
      .setExpirationTime(now + until)
      .setJti(randomUUID())
      .sign(createPrivateKey(signer.privateKey));
  }

  test("is taken by its SHA-256 thumbprint, more than once", async () => {
    const assertion = await assertionBy(certificate);
    expect((await prove(assertion)).status).toBe(200);
    expect((await prove(assertion)).status).toBe(200);
  });

  test("is taken by its SHA-1 thumbprint and RS256, as older clients write it", async () => {
    const header = { alg: "RS256", x5t: hash(certificate.certificate, "fingerprint") };
    expect((await prove(await assertionBy(certificate, { header }))).status).toBe(200);
  });

  test.each<[string, Assertion, number]>([
    ["without a thumbprint", { header: { alg: "PS256" } }, 700027],
    ["with a thumbprint of nobody's", { header: { alg: "PS256", "x5t#S256": "x" } }, 700027],
    ["for the issuer", { claims: { aud: `${base}/${CONTOSO_TENANT}/v2.0` } }, 50012],
    ["for another tenant", { claims: { aud: `${base}/common/oauth2/v2.0/token` } }, 50012],
    ["for several", { claims: { aud: [tokenEndpoint] } }, 50027],
    ["about another application", { claims: { sub: randomUUID() } }, 700021],
    ["that has ended", { from: -1_000, until: -301 }, 700024],
    ["that has not begun", { from: 310, until: 900 }, 700024],
  ])("is refused %s", async (_what, assertion, code) => {
    expect((await prove(await assertionBy(certificate, assertion))).aadsts).toBe(code);
  });

  test("is refused when another key signed it", async () => {
    expect(await prove(await assertionBy(other))).toMatchObject({ status: 401, aadsts: 700027 });
  });

  test("is refused once the certificate has ended, or is no longer registered", async () => {
    entra.world.settings.clock_offset_s = 366 * 86_400;
    const late = { from: 366 * 86_400, until: 366 * 86_400 + 300 };
    const ended = await prove(await assertionBy(certificate, late));
    expect(ended).toMatchObject({ aadsts: 700027 });
    expect(ended.error_description).toContain("The key used is expired");
    entra.world.settings.clock_offset_s = 0;
    entra.world.credentials.clear();
    expect((await prove(await assertionBy(certificate))).aadsts).toBe(700027);
  });

  test.each([
    ["no JWT", { client_assertion: "abc" }, 50027],
    ["no type", { client_assertion_type: undefined }, 900144],
    ["another client", { client_id: "99999999-2222-4333-8444-555555555555" }, 700016],
  ])("is refused with %s", async (_what, fields, code) => {
    expect((await prove(await assertionBy(certificate), fields)).aadsts).toBe(code);
  });

  test("is refused by an algorithm that Entra does not take", async () => {
    const header = { alg: "RS384", "x5t#S256": hash(certificate.certificate, "fingerprint256") };
    expect((await prove(await assertionBy(certificate, { header }))).aadsts).toBe(5002738);
  });
});

describe("an assertion of another issuer", () => {
  let server: Server;
  let issuer: string;
  let keys: Record<string, unknown>[];
  let privateKey: CryptoKey;
  let up: boolean;
  let told: Record<string, unknown>;

  beforeAll(async () => {
    const pair = await generateKeyPair("RS256");
    privateKey = pair.privateKey;
    const key = { ...(await exportJWK(pair.publicKey)), kid: "one", use: "sig" };
    server = createServer(({ url }, answer) => {
      const documents: Record<string, object> = {
        "/federation/.well-known/openid-configuration": {
          issuer,
          jwks_uri: `${issuer}/keys`,
          ...told,
        },
        "/federation/keys": { keys },
      };
      const document = up ? documents[url ?? ""] : undefined;
      answer.writeHead(document === undefined ? 404 : 200).end(JSON.stringify(document ?? {}));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;
    issuer = `http://127.0.0.1:${port}/federation`;
    keys = [key];
  });
  afterAll(() => void server.close());
  beforeEach(() => {
    up = true;
    told = {};
  });

  function assertion({ claims = {}, header = {}, from = 0, until = 300 }: Assertion = {}) {
    const now = Math.floor(Date.now() / 1000);
    return new SignJWT({
      iss: issuer,
      sub: "azure-integration-worker",
      aud: "api://AzureADTokenExchange",
      iat: now + from,
      nbf: now + from,
      exp: now + until,
      ...claims,
    })
      .setProtectedHeader({ alg: "RS256", kid: "one", ...header })
      .sign(privateKey);
  }

  test("is taken when its issuer publishes the key", async () => {
    expect((await prove(await assertion())).status).toBe(200);
  });

  test.each<[string, Assertion, number]>([
    ["of an issuer that is not registered", { claims: { iss: "https://issuer.example" } }, 700211],
    ["about another subject", { claims: { sub: "Azure-Integration-Worker" } }, 700213],
    ["for another audience", { claims: { aud: "api://AzureADTokenExchangeUSGov" } }, 700212],
    ["of Entra's own", { claims: { iss: `${base}/${CONTOSO_TENANT}/v2.0` } }, 700222],
    [
      "that fits in nothing",
      { claims: { iss: "https://a.example", sub: "b", aud: "api://c" } },
      70021,
    ],
    ["by a key that is not published", { header: { kid: "two" } }, 7000272],
    ["that has ended", { from: -1_000, until: -301 }, 700024],
    ["with several audiences", { claims: { aud: ["api://AzureADTokenExchange"] } }, 50027],
  ])("is refused %s", async (_what, given, code) => {
    expect((await prove(await assertion(given))).aadsts).toBe(code);
  });

  test("is refused while the issuer cannot be read, or names another", async () => {
    up = false;
    expect(await prove(await assertion())).toMatchObject({ status: 400, aadsts: 90061 });
    up = true;
    told = { issuer: "http://localhost:1/federation" };
    expect((await prove(await assertion())).aadsts).toBe(90061);
    told = { jwks_uri: "https://issuer.example/keys" };
    expect((await prove(await assertion())).aadsts).toBe(90061);
  });

  test("is refused when another key signed it", async () => {
    const { privateKey: stranger } = await generateKeyPair("RS256");
    const [header, payload] = (await assertion()).split(".");
    const [, , signature] = (
      await new SignJWT({}).setProtectedHeader({ alg: "RS256" }).sign(stranger)
    ).split(".");
    expect((await prove(`${header}.${payload}.${signature}`)).aadsts).toBe(700027);
  });
});

test("without secrets the application's own is refused as any other", async () => {
  entra.world.settings.secrets = false;
  const fields = {
    grant_type: "client_credentials",
    scope: "https://graph.microsoft.com/.default",
  };
  expect((await entra.token(fields, CONTOSO_TENANT)).aadsts).toBe(7000215);
  entra.world.settings.secrets = true;
  expect((await entra.token(fields, CONTOSO_TENANT)).status).toBe(200);
});

test("a registered certificate outlives the program, and no reset", async () => {
  const kept: { state?: State } = {};
  const store: StateStore = {
    load: () => structuredClone(kept.state),
    save: (state) => void (kept.state = stateSchema.parse(structuredClone(state))),
  };
  const first = createWorld({ store });
  first.credentials.add(await readCertificate((await newClientCertificate()).certificate));
  const second = createWorld({ store });
  expect(second.credentials.certificates).toEqual(first.credentials.certificates);
  expect(second.credentials.certificates).toHaveLength(1);
  second.reset();
  expect(createWorld({ store }).credentials.certificates).toEqual([]);
});

test("certificates are registered and removed by the control API", async () => {
  const sandbox = await createSandbox();
  const control = (method: string, body?: object) =>
    sandbox.fetch(
      new Request("http://localhost/_sandbox/credentials", {
        method,
        ...(body && { body: JSON.stringify(body) }),
      }),
    );
  const { certificate } = await newClientCertificate();
  const added = await control("POST", { certificate });
  const thumbprint = new X509Certificate(certificate).fingerprint.replaceAll(":", "");
  expect([added.status, await added.json()]).toEqual([201, { thumbprint }]);
  const refused = await control("POST", { certificate: "abc" });
  expect([refused.status, await refused.json()]).toEqual([
    400,
    { error: "certificate: expected one X.509 certificate in PEM" },
  ]);
  expect((await control("POST", { key: "abc" })).status).toBe(400);
  expect(await (await control("DELETE")).json()).toEqual({ cleared: true });
});
