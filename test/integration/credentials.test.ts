import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { configOf } from "../../src/config/config.ts";
import { clouds } from "../../src/entra/cloud.ts";
import { authenticationOf } from "../../src/entra/client-authentication.ts";
import type { AskAssertion, Credential } from "../../src/entra/credential.ts";
import { newPrivateKey } from "../../src/entra/new-certificate.ts";
import { appHealth } from "../../src/operations/app-health.ts";
import { runWatchdog } from "../../src/watchdog/watchdog.ts";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../sandbox/constants.ts";
import {
  certificateCredential,
  newClientCertificate,
  secretCredentials,
} from "../support/credentials.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { expectOk, type Stub } from "./support/connections.ts";
import { asAll, inEnvironment } from "./support/http.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const day = 86_400;
const dayMs = day * 1_000;

const clock = clockOfEachTest();

type MadeCertificate = Awaited<ReturnType<typeof newClientCertificate>>;

const register = async ({ certificate }: MadeCertificate) => {
  const answer = await fetch("https://login.microsoftonline.com/_sandbox/credentials", {
    method: "POST",
    body: JSON.stringify({ certificate }),
  });
  expect(answer.status).toBe(201);
};

/** A call by an actor that has these credentials, as after a deployment. */
const called = (stub: Stub, credentials: Credential[]): Promise<number> =>
  reconfigured(stub, { credentials }, async ({ gateway }) => {
    const response = await gateway.handle(new Request(me));
    await response.arrayBuffer();
    return response.status;
  });

/** The lines about certificates that the Worker logs. */
function certificateLines(): Record<string, unknown>[] {
  const lines: Record<string, unknown>[] = [];
  vi.spyOn(console, "log").mockImplementation((text: unknown) => {
    const line = JSON.parse(String(text));
    if (String(line.event).startsWith("certificate_")) lines.push(line);
  });
  return lines;
}

describe("the Worker as an issuer", () => {
  const documents = ["/federation/.well-known/openid-configuration", "/federation/jwks.json"];

  test.each(documents)("is none without keys: %s", async (path) => {
    const response = await inEnvironment({}, path);
    expect([response.status, await response.json()]).toMatchObject([404, { code: "not_found" }]);
  });

  test("publishes what Entra needs to check its assertions, for an hour", async () => {
    const change = {
      AZURE_FEDERATION_KEYS: (await newPrivateKey()) + (await newPrivateKey()),
      AZURE_PUBLIC_ORIGIN: "https://azure.example",
    };
    const [discovery, keys] = await Promise.all(
      documents.map((path) => inEnvironment(change, `${path}?appid=${CLIENT_ID}`)),
    );
    for (const response of [discovery, keys]) {
      expect(response?.headers.get("cache-control")).toBe("public, max-age=3600");
      expect(response?.headers.get("content-type")).toMatch(/^application\/json/);
    }
    expect(await discovery?.json()).toMatchObject({
      issuer: "https://azure.example/federation",
      jwks_uri: "https://azure.example/federation/jwks.json",
    });
    const set = await keys?.json<{ keys: Record<string, string>[] }>();
    expect(set?.keys).toHaveLength(2);
    for (const key of set?.keys ?? []) {
      expect(key).toEqual({
        kty: "RSA",
        use: "sig",
        alg: "RS256",
        kid: expect.stringMatching(/^[\w-]{43}$/),
        n: expect.stringMatching(/^[\w-]{342}$/),
        e: "AQAB",
      });
    }
  });
});

test("without any credential every route names the choices", async () => {
  const response = await inEnvironment({ AZURE_CLIENT_SECRET: "" }, "/user", asAll());
  const body = await response.json<Record<string, unknown>>();
  expect([response.status, body["code"], body["details"]]).toEqual([
    503,
    "app_misconfigured",
    { variable: "AZURE_CLIENT_SECRET" },
  ]);
  expect(body["error"]).toMatch(/AZURE_FEDERATION_KEYS.*AZURE_CLIENT_CERTIFICATE.*ASSERTION/);
});

describe("a certificate that ends", () => {
  let first: MadeCertificate;
  let second: MadeCertificate;
  beforeAll(async () => {
    first = await newClientCertificate({ notAfter: Date.now() + 40 * dayMs });
    second = await newClientCertificate();
  });
  beforeEach(async () => {
    await env.DB.exec("DELETE FROM notices");
  });

  test("is warned of 30, 14, 7 and 1 days before, and when it has ended: once each", async () => {
    const lines = certificateLines();
    const deployed = { ...env, AZURE_CLIENT_CERTIFICATE: first.pem };
    const start = Date.now();
    // Three times a day for 42 days, and twice at the same time.
    for (let hour = 0; hour < 42 * 24; hour += 8) {
      await runWatchdog(deployed, start + hour * 3_600_000);
      await runWatchdog(deployed, start + hour * 3_600_000);
    }
    expect(lines.map(({ days }) => days)).toEqual([30, 14, 7, 1, 0]);
    expect(lines[0]).toEqual({
      level: "warn",
      event: "certificate_expires",
      variable: "AZURE_CLIENT_CERTIFICATE",
      thumbprint: expect.stringMatching(/^[0-9A-F]{40}$/),
      days: 30,
      not_after: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(lines[4]).toMatchObject({ level: "error", event: "certificate_expired" });
  });

  test("is a problem in /health/app, with its end and whether it works", async () => {
    await register(second);
    const config = configOf({
      ...env,
      AZURE_CLIENT_CERTIFICATE: first.pem,
      AZURE_CLIENT_CERTIFICATE_2: second.pem,
      AZURE_TENANT_ID: CONTOSO_TENANT,
    });
    if (!config.ok) throw new Error(config.error.message);
    const tools = {
      fetch: (input: RequestInfo | URL, init?: RequestInit) => fetch(input, init),
      now: Date.now,
    };
    await clock.advance(35 * day);
    const { credentials, problems } = await appHealth(config.value, env, tools);
    expect(credentials).toMatchObject([
      { kind: "certificate", works: false, aadsts: 700027 },
      { kind: "certificate", works: true },
      { kind: "secret", id: "1", works: true },
    ]);
    expect(Date.parse(credentials[0]?.not_after ?? "")).toBeGreaterThan(Date.now());
    expect(problems).toEqual([
      {
        error: expect.stringContaining("The certificate in AZURE_CLIENT_CERTIFICATE ends on "),
        variable: "AZURE_CLIENT_CERTIFICATE",
        reason: "certificate_expires",
      },
    ]);
  });

  test("for 200 connections makes nobody act: the next credential serves, and one line is written", async () => {
    const ending = await newClientCertificate({ notAfter: Date.now() + 3_600_000 });
    await register(ending);
    await register(second);
    const refreshToken = await refreshTokenOf("ada@contoso.example");
    const stubs = await Promise.all(
      Array.from({ length: 200 }, async () => (await imported(refreshToken)).stub),
    );
    await clock.advance(2 * 3_600);
    const lines = certificateLines();
    const credentials = [
      certificateCredential(ending.pem),
      certificateCredential(second.pem, "AZURE_CLIENT_CERTIFICATE_2"),
    ];
    const mark = await sandbox.mark();
    const statuses = await Promise.all(stubs.map((stub) => called(stub, credentials)));
    expect(new Set(statuses)).toEqual(new Set([200]));
    const posts = (await sandbox.requests(mark)).filter(({ grant_type: type }) => type);
    expect(posts.filter(({ status }) => status === 401)).toHaveLength(200);
    expect(posts.filter(({ status }) => status === 200)).toHaveLength(200);

    const deployed = {
      ...env,
      AZURE_CLIENT_CERTIFICATE: ending.pem,
      AZURE_CLIENT_CERTIFICATE_2: second.pem,
    };
    for (let run = 0; run < 3; run += 1) await runWatchdog(deployed, Date.now());
    expect(lines).toMatchObject([{ event: "certificate_expired", days: 0 }]);
    for (const stub of stubs) {
      expect(expectOk(await stub.info())).toMatchObject({ status: "active" });
      const { events } = expectOk(await stub.events());
      expect(events.map(({ type }) => type)).not.toContain("token.refresh_failed");
    }
  }, 120_000);
});

describe("the binding ASSERTION", () => {
  let certificate: MadeCertificate;
  beforeAll(async () => {
    certificate = await newClientCertificate();
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });

  /** A sibling that signs by a certificate, as good as any other issuer to the sandbox. */
  const ask: AskAssertion = async ({ tenantId }) => {
    const server = {
      issuer: "https://login.microsoftonline.com",
      token_endpoint: `https://login.microsoftonline.com/${tenantId}/oauth2/v2.0/token`,
    };
    const context = { cloud: clouds.global, server, tenant: tenantId, now: Date.now };
    const authenticate = await authenticationOf(certificateCredential(certificate.pem), context);
    if (typeof authenticate === "string") throw new Error(authenticate);
    const form = new URLSearchParams();
    await authenticate(server, { client_id: CLIENT_ID }, form, new Headers());
    const expiresAt = new Date(Date.now() + 300_000).toISOString();
    return { jwt: form.get("client_assertion"), expiresAt };
  };

  test("serves a connection, and /health/app tries it", async () => {
    await register(certificate);
    const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
    await clock.advance(2 * 3_600);
    const credentials: Credential[] = [{ kind: "assertion", variable: "ASSERTION", ask }];
    expect(await called(stub, credentials)).toBe(200);

    const change = { ASSERTION: { assertion: ask }, AZURE_TENANT_ID: CONTOSO_TENANT };
    const response = await inEnvironment(change, "/health/app", asAll());
    expect(await response.json()).toMatchObject({
      data: {
        credentials: [
          { kind: "assertion", id: "ASSERTION", works: true },
          { kind: "secret", id: "1", works: true },
        ],
      },
    });
  });

  test("gives way to the secret where the sibling that is bound has no such method", async () => {
    // A real stub of another entrypoint: it has every method until it is called.
    const sibling = exports.AzureService({ props: { caller: "test" } });
    const config = configOf({ ...env, ASSERTION: sibling });
    if (!config.ok) throw new Error(config.error.message);
    expect(config.value.credentials.map(({ kind }) => kind)).toEqual(["assertion", "secret"]);
    const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
    await clock.advance(2 * 3_600);
    expect(await called(stub, [...config.value.credentials])).toBe(200);
  });

  test("alone and down for a moment is waited for as Microsoft would be", async () => {
    await register(certificate);
    const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
    await clock.advance(2 * 3_600);
    let up = false;
    const moody: AskAssertion = (request) =>
      up ? ask(request) : Promise.reject(new Error("down for a deployment"));
    const credentials: Credential[] = [{ kind: "assertion", variable: "ASSERTION", ask: moody }];
    expect(await called(stub, credentials)).toBe(503);
    expect(expectOk(await stub.info()).remedy?.action ?? "retry").toBe("retry");
    up = true;
    await clock.advance(2 * 60);
    expect(await called(stub, credentials)).toBe(200);
  });
});

test("a changed credential of any kind is tried at once, in the midst of the pause", async () => {
  const certificate = await newClientCertificate();
  await register(certificate);
  const { stub } = await imported(await refreshTokenOf("ada@contoso.example"));
  await clock.advance(2 * 3_600);
  expect(await called(stub, secretCredentials("wrong"))).toBe(503);
  expect(await called(stub, [certificateCredential(certificate.pem)])).toBe(200);
  await clock.advance(2 * 3_600);
  const other = certificateCredential((await newClientCertificate()).pem);
  expect(await called(stub, [other])).toBe(503);
  expect(await called(stub, [other, ...secretCredentials(CLIENT_SECRET)])).toBe(200);
});
