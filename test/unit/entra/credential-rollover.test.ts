import { approvedConsent } from "../../support/admin-consent.ts";
import { createServer, type Server } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { federationCredentials, federationKeys } from "../../../src/config/credentials.ts";
import { authenticationOf } from "../../../src/entra/client-authentication.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import type { Credential, Federation } from "../../../src/entra/credential.ts";
import { discoveryDocument, keySet } from "../../../src/entra/federation.ts";
import { newPrivateKey } from "../../../src/entra/new-certificate.ts";
import type { RsaKey } from "../../../src/entra/rsa-key.ts";
import { createTokenEndpoint } from "../../../src/entra/token-endpoint.ts";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { createSandbox, type Sandbox } from "../../sandbox/index.ts";
import {
  certificateCredential,
  newClientCertificate,
  secretCredentials,
} from "../../support/credentials.ts";

/** In the order in which the configuration puts them. */
const kinds = ["assertion", "federation", "certificate", "secret"] as const;
type Kind = (typeof kinds)[number];

const authority = `https://login.microsoftonline.com/${CONTOSO_TENANT}`;
const redirectUri = "http://localhost:8787/callback";
const graph = ["User.Read"];
const verifier = "v".repeat(64);

let server: Server;
let issuer: string;
/** The keys that the issuer publishes. */
let published: RsaKey[];
let keys: RsaKey[];
let certificate: Awaited<ReturnType<typeof newClientCertificate>>;
let sandbox: Sandbox;

const federation = (...signing: RsaKey[]): Federation => ({
  issuer,
  subject: "azure-integration-worker",
  keys: signing,
});

beforeAll(async () => {
  const read = federationKeys((await newPrivateKey()) + (await newPrivateKey()));
  if (!read.ok) throw new Error(read.error);
  keys = read.value;
  certificate = await newClientCertificate();
  server = createServer(({ url }, answer) => {
    void (async () => {
      const deployed = federation(...published);
      const isKeys = url?.endsWith("/jwks.json") === true;
      answer.end(JSON.stringify(isKeys ? await keySet(deployed) : discoveryDocument(deployed)));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  issuer = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}/federation`;
});
afterAll(() => void server.close());

const control = (method: string, path: string, body?: object) =>
  sandbox.fetch(
    new Request(`http://localhost/_sandbox/${path}`, {
      method,
      ...(body && { body: JSON.stringify(body) }),
    }),
  );

beforeEach(async () => {
  sandbox = await createSandbox();
  published = [...keys];
  await control("POST", "credentials", { certificate: certificate.certificate });
  await sandbox.fetch(new Request(approvedConsent("https://login.microsoftonline.com")));
});

/** Another issuer's: here it signs by the second key, as any issuer that publishes it would. */
const ask = async ({ tenantId: tenant }: { tenantId: string }) => {
  const [foreign] = federationCredentials(federation(...keys.slice(1)));
  if (foreign === undefined) throw new Error("there is no second key");
  const context = {
    cloud: clouds.global,
    server: { issuer, token_endpoint: `${authority}/oauth2/v2.0/token` },
    tenant,
    now: Date.now,
  };
  const authenticate = await authenticationOf(foreign, context);
  if (typeof authenticate === "string") throw new Error(authenticate);
  const form = new URLSearchParams();
  await authenticate(context.server, { client_id: CLIENT_ID }, form, new Headers());
  return { jwt: form.get("client_assertion"), expiresAt: new Date(Date.now() + 300_000) };
};

const credentialOf: Record<Kind, () => Credential[]> = {
  assertion: () => [{ kind: "assertion", variable: "ASSERTION", ask }],
  federation: () => federationCredentials(federation(...keys)).slice(0, 1),
  certificate: () => [certificateCredential(certificate.pem)],
  secret: () => secretCredentials(CLIENT_SECRET),
};

/** Ends one at Entra, or where it takes the key from. */
const end: Record<Kind, () => unknown> = {
  assertion: () => (published = published.filter((key) => key !== keys[1])),
  federation: () => (published = published.filter((key) => key !== keys[0])),
  certificate: () => control("DELETE", "credentials"),
  secret: () => control("PATCH", "settings", { secrets: false }),
};

/** An object of a deployment with credentials of these kinds. */
const endpointWith = (...of: Kind[]) =>
  createTokenEndpoint({
    cloud: clouds.global,
    clientId: CLIENT_ID,
    credentials: kinds.filter((kind) => of.includes(kind)).flatMap((kind) => credentialOf[kind]()),
    fetch: (input, init) => sandbox.fetch(new Request(input, init)),
    now: Date.now,
  });
type Endpoint = ReturnType<typeof endpointWith>;

async function signIn(endpoint: Endpoint) {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const url = new URL(`${authority}/oauth2/v2.0/authorize`);
  url.search = new URLSearchParams({
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: "openid profile offline_access User.Read",
    state: "state",
    nonce: "nonce",
    code_challenge: Buffer.from(digest).toString("base64url"),
    code_challenge_method: "S256",
    sandbox_account: "ada@contoso.example",
    sandbox_decision: "approve",
  }).toString();
  const answer = await sandbox.fetch(new Request(url));
  const { searchParams } = new URL(answer.headers.get("location") ?? "");
  return endpoint.redeemCode({
    tenant: CONTOSO_TENANT,
    scopes: graph,
    response: searchParams,
    state: "state",
    redirectUri,
    codeVerifier: verifier,
    nonce: "nonce",
  });
}

const challenge = JSON.stringify({ access_token: { nbf: { essential: true, value: "1" } } });

/** Every token request there is, with what each came to. */
async function everything(endpoint: Endpoint): Promise<Record<string, boolean>> {
  const signedIn = await signIn(endpoint);
  const refreshToken = signedIn.ok ? (signedIn.value.refreshToken ?? "") : "";
  const request = { tenant: CONTOSO_TENANT, scopes: graph, refreshToken };
  const refreshed = await endpoint.refresh(request);
  const challenged = await endpoint.refresh({ ...request, claims: challenge });
  const own = await endpoint.clientCredentials({
    tenant: CONTOSO_TENANT,
    scopes: ["https://graph.microsoft.com/.default"],
  });
  return {
    signIn: signedIn.ok,
    refresh: refreshed.ok,
    challenge: challenged.ok,
    clientCredentials: own.ok,
  };
}

const all = { signIn: true, refresh: true, challenge: true, clientCredentials: true };

describe("the application proves itself in every token request", () => {
  test.each(kinds)("by %s alone", async (kind) => {
    expect(await everything(endpointWith(kind))).toEqual(all);
    await end[kind]();
    expect(await signIn(endpointWith(kind))).toMatchObject({
      ok: false,
      error: { disposition: { action: "fix_app", latch: "app" } },
    });
  });
});

describe("a rollover is no outage", () => {
  const pairs = kinds.flatMap((from) =>
    kinds.filter((to) => to !== from).map((to) => [from, to] as const),
  );
  test.each(pairs)("from %s to %s", async (from, to) => {
    const both = endpointWith(from, to);
    expect(await everything(endpointWith(from))).toEqual(all);
    expect(await everything(both)).toEqual(all);
    // The object that lives meanwhile, and one that begins.
    await end[from]();
    expect(await everything(both)).toEqual(all);
    expect(await everything(endpointWith(from, to))).toEqual(all);
    expect(await everything(endpointWith(to))).toEqual(all);
  });
});
