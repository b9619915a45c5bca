import { approvedConsent } from "../support/admin-consent.ts";
import tls from "node:tls";
import { ClientAssertionCredential, ClientCertificateCredential } from "@azure/identity";
import { ConfidentialClientApplication } from "@azure/msal-node";
import { decodeJwt, decodeProtectedHeader } from "jose";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { clouds } from "../../src/entra/cloud.ts";
import { authenticationOf } from "../../src/entra/client-authentication.ts";
import { newPrivateKey } from "../../src/entra/new-certificate.ts";
import { CLIENT_ID, CONTOSO_TENANT } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { certificateCredential, newClientCertificate } from "../support/credentials.ts";
import { control, requestsOf } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

const headers = { authorization: "Bearer azk_all_all-secret" };
const healthSchema = z.object({
  data: z.object({ credentials: z.array(z.record(z.string(), z.unknown())) }),
});

async function register({ url }: SandboxServer, certificate: string): Promise<void> {
  const answer = await fetch(`${url}/_sandbox/credentials`, {
    method: "POST",
    body: JSON.stringify({ certificate }),
  });
  expect(answer.status).toBe(201);
}

/** What the application does in a day, each step at Microsoft with its credential. */
async function day({ url, sandbox }: TestWorker, userId: string): Promise<void> {
  const id = { "x-azure-connection": `user:${userId}` };
  const me = () => fetch(`${url}/graph/v1.0/me`, { headers: { ...headers, ...id } });
  await signIn(url, { userId });
  expect((await me()).status).toBe(200);
  const refreshed = await fetch(`${url}/connections/user:${userId}/refresh`, {
    method: "POST",
    headers,
  });
  expect(refreshed.status).toBe(200);
  // A claims challenge, that a new token answers.
  await control(sandbox, "revoke", { user: "ada@contoso.example", resource: "graph" });
  expect((await me()).status).toBe(200);
  const log = await requestsOf(sandbox);
  expect(
    log.filter(({ url: asked, status }) => asked.includes("/graph/") && status === 401),
  ).toHaveLength(1);
  const posts = log.filter(({ grant_type: type }) => type !== undefined);
  expect(new Set(posts.map(({ status }) => status))).toEqual(new Set([200]));
  expect(posts.map(({ grant_type: type }) => type)).toContain("authorization_code");
  expect(posts.filter(({ grant_type: type }) => type === "refresh_token").length).toBeGreaterThan(
    2,
  );
}

async function credentialsOf({ url }: TestWorker): Promise<Record<string, unknown>[]> {
  const answer = await fetch(`${url}/health/app`, { headers });
  return healthSchema.parse(await answer.json()).data.credentials;
}

describe("a deployment with federation alone", () => {
  let worker: TestWorker;
  let signing: string;
  beforeAll(async () => {
    signing = await newPrivateKey();
    const variables = {
      AZURE_CLIENT_SECRET: undefined,
      AZURE_FEDERATION_KEYS: signing + (await newPrivateKey()),
    };
    worker = await startTestWorker({ variables });
    await control(worker.sandbox, "settings", { secrets: false, cae: true });
  });
  afterAll(() => worker.close());

  test("signs in, renews, answers a challenge, and knows that each published key works", async () => {
    await day(worker, "ada");
    const credentials = await credentialsOf(worker);
    expect(credentials).toEqual([
      { kind: "federation", id: expect.stringMatching(/^[\w-]{43}$/), works: true },
      { kind: "federation", id: expect.stringMatching(/^[\w-]{43}$/), works: true },
    ]);
    const keys = await (await fetch(`${worker.url}/federation/jwks.json`)).json();
    expect(keys).toMatchObject({ keys: credentials.map(({ id }) => ({ kid: id, alg: "RS256" })) });
  });
});

describe("a deployment with a certificate alone", () => {
  let worker: TestWorker;
  const end = new Date("2040-01-01T00:00:00.000Z");
  beforeAll(async () => {
    const made = await newClientCertificate({ notAfter: end.getTime() });
    const variables = { AZURE_CLIENT_SECRET: undefined, AZURE_CLIENT_CERTIFICATE_2: made.pem };
    worker = await startTestWorker({ variables });
    await register(worker.sandbox, made.certificate);
    await control(worker.sandbox, "settings", { secrets: false, cae: true });
  });
  afterAll(() => worker.close());

  test("signs in, renews and answers a challenge", async () => {
    await day(worker, "ada");
    expect(await credentialsOf(worker)).toEqual([
      {
        kind: "certificate",
        id: expect.stringMatching(/^[0-9A-F]{40}$/),
        not_after: end.toISOString(),
        works: true,
      },
    ]);
    expect((await fetch(`${worker.url}/federation/jwks.json`)).status).toBe(404);
  });
});

describe("Microsoft's own clients and ours", () => {
  let sandbox: SandboxServer;
  let certificate: Awaited<ReturnType<typeof newClientCertificate>>;
  const authorities = tls.getCACertificates("default");
  const scope = "https://graph.microsoft.com/.default";
  const seen: URLSearchParams[] = [];

  beforeAll(async () => {
    certificate = await newClientCertificate();
    sandbox = await startSandboxServer({
      port: 0,
      httpsPort: 0,
      intercept: async (request, serve) => {
        const body = await request.clone().text();
        if (body.includes("client_assertion")) seen.push(new URLSearchParams(body));
        return serve(request);
      },
    });
    tls.setDefaultCACertificates([...authorities, sandbox.ca]);
    await register(sandbox, certificate.certificate);
    await control(sandbox, "settings", { secrets: false });
    const consent = approvedConsent(sandbox.url);
    await fetch(consent, { redirect: "manual" });
  });
  afterAll(async () => {
    tls.setDefaultCACertificates(authorities);
    await sandbox.close();
  });

  /** The assertion that a client sent last. */
  const lastAssertion = (): string => seen.at(-1)?.get("client_assertion") ?? "";

  /** Ours, for the same token endpoint. */
  async function ownForm(): Promise<URLSearchParams> {
    const tokenEndpoint = `${sandbox.httpsUrl}/${CONTOSO_TENANT}/oauth2/v2.0/token`;
    const server = { issuer: sandbox.httpsUrl, token_endpoint: tokenEndpoint };
    const authenticate = await authenticationOf(certificateCredential(certificate.pem), {
      cloud: clouds.global,
      server,
      tenant: CONTOSO_TENANT,
      now: Date.now,
    });
    if (typeof authenticate === "string") throw new Error(authenticate);
    const form = new URLSearchParams();
    await authenticate(server, { client_id: CLIENT_ID }, form, new Headers());
    return form;
  }

  /** Names and the values that do not change from one assertion to the next. */
  const shape = (jwt: string) => {
    const { iat = 0, nbf = 0, exp = 0, jti, ...claims } = decodeJwt(jwt);
    // Of one instant they round one up and cut off the other.
    const begins = nbf - iat >= 0 && nbf - iat <= 1;
    return { claims, begins, isShort: exp - nbf <= 600, unique: typeof jti };
  };

  test("msal-node's certificate is taken, and its assertion says what ours says", async () => {
    const app = new ConfidentialClientApplication({
      auth: {
        clientId: CLIENT_ID,
        authority: `${sandbox.httpsUrl}/${CONTOSO_TENANT}`,
        knownAuthorities: [new URL(sandbox.httpsUrl).host],
        clientCertificate: {
          thumbprintSha256: Buffer.from(
            await crypto.subtle.digest(
              "SHA-256",
              Buffer.from(
                certificate.certificate.replaceAll(/-----[A-Z ]+-----|\s/g, ""),
                "base64",
              ),
            ),
          ).toString("hex"),
          privateKey: certificate.privateKey,
        },
      },
    });
    const token = await app.acquireTokenByClientCredential({ scopes: [scope] });
    expect(token?.accessToken).toBeTruthy();

    const ours = await ownForm();
    const theirs = lastAssertion();
    const own = ours.get("client_assertion") ?? "";
    expect(decodeProtectedHeader(own)).toEqual(decodeProtectedHeader(theirs));
    expect(shape(own)).toEqual(shape(theirs));
    expect(ours.get("client_assertion_type")).toBe(seen.at(-1)?.get("client_assertion_type"));
    expect(ours.get("client_id")).toBe(seen.at(-1)?.get("client_id"));
  });

  test("@azure/identity's certificate is taken, and its assertion says what ours says", async () => {
    const credential = new ClientCertificateCredential(
      CONTOSO_TENANT,
      CLIENT_ID,
      { certificate: certificate.pem },
      { authorityHost: sandbox.httpsUrl, disableInstanceDiscovery: true },
    );
    expect((await credential.getToken(scope)).token).toBeTruthy();
    const own = (await ownForm()).get("client_assertion") ?? "";
    expect(shape(own)).toEqual(shape(lastAssertion()));
    expect(decodeProtectedHeader(own)["x5t#S256"]).toBe(
      decodeProtectedHeader(lastAssertion())["x5t#S256"],
    );
  });

  test("@azure/identity's assertion credential carries one of ours", async () => {
    const credential = new ClientAssertionCredential(
      CONTOSO_TENANT,
      CLIENT_ID,
      async () => (await ownForm()).get("client_assertion") ?? "",
      { authorityHost: sandbox.httpsUrl, disableInstanceDiscovery: true },
    );
    expect((await credential.getToken(scope)).token).toBeTruthy();
  });
});
