import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { createPublicKey, X509Certificate } from "node:crypto";
import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import type { AskAssertion, Credential } from "../../../src/entra/credential.ts";
import { credentialId, keyId } from "../../../src/entra/credential.ts";
import { newPrivateKey } from "../../../src/entra/new-certificate.ts";
import { readPem } from "../../../src/entra/pem.ts";
import { readRsaKey, type RsaKey } from "../../../src/entra/rsa-key.ts";
import {
  certificateCredential,
  newClientCertificate,
  secretCredentials,
} from "../../support/credentials.ts";
import {
  Authority,
  clientId,
  contoso,
  failureOf,
  now,
  refresh,
  refusal,
  tokens,
} from "./authority.ts";

const issuer = "https://azure.example/federation";
const tokenEndpoint = `https://login.microsoftonline.com/${contoso}/oauth2/v2.0/token`;

let authority: Authority;
let certificate: Awaited<ReturnType<typeof newClientCertificate>>;
let key: RsaKey;
let keyPem: string;

beforeAll(async () => {
  certificate = await newClientCertificate();
  keyPem = await newPrivateKey();
  const [block] = readPem(keyPem);
  const read = block && readRsaKey(block);
  if (!read?.ok) throw new Error("no key");
  key = read.value;
});
beforeEach(() => {
  authority = new Authority();
});

const federation = (): Credential => ({
  kind: "federation",
  variable: "AZURE_FEDERATION_KEYS",
  key,
  issuer,
  subject: "azure-integration-worker",
});
const bound = (ask: AskAssertion): Credential => ({
  kind: "assertion",
  variable: "ASSERTION",
  ask,
});
const [secret] = secretCredentials("s3cr3t");

const formsSent = () => authority.sent.map(({ form }) => form);
const assertionsSent = () => formsSent().map((form) => form.get("client_assertion") ?? "");
const refused = (code: number, error = "invalid_client") =>
  Response.json(refusal(code, { error }), { status: 401 });
const later = () => new Date(now + 300_000).toISOString();

/** One refresh with these credentials, and the answers that Entra gives in turn. */
async function refreshed(credentials: readonly (Credential | undefined)[], ...answers: Response[]) {
  authority.reply(...answers);
  const given = credentials.filter((credential) => credential !== undefined);
  return authority.endpoint({ credentials: given }).refresh(refresh);
}

describe("a certificate", () => {
  it("proves itself by an assertion that Entra can check by the certificate alone", async () => {
    const answer = await refreshed(
      [certificateCredential(certificate.pem)],
      Response.json(tokens()),
    );
    expect(answer.ok).toBe(true);
    const [form] = formsSent();
    expect(form?.get("client_secret")).toBeNull();
    expect(form?.get("client_id")).toBe(clientId);
    expect(form?.get("client_assertion_type")).toBe(
      "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    );
    const x509 = new X509Certificate(certificate.certificate);
    const { payload, protectedHeader } = await jwtVerify(
      assertionsSent()[0] ?? "",
      createPublicKey(certificate.certificate),
      { algorithms: ["PS256"], currentDate: new Date(now) },
    );
    expect(protectedHeader).toEqual({
      alg: "PS256",
      typ: "JWT",
      "x5t#S256": Buffer.from(x509.fingerprint256.replaceAll(":", ""), "hex").toString("base64url"),
    });
    const seconds = now / 1000;
    expect(payload).toEqual({
      iss: clientId,
      sub: clientId,
      // The host that each authority of the tests has of its own.
      aud: expect.stringMatching(new RegExp(`^https://[^/]+${new URL(tokenEndpoint).pathname}$`)),
      jti: expect.stringMatching(/^[\w-]{16,}$/),
      iat: seconds,
      nbf: seconds,
      exp: seconds + 300,
    });
  });

  it("is known to operators by the thumbprint that Entra's pages show", async () => {
    const { fingerprint } = new X509Certificate(certificate.certificate);
    expect(await credentialId(certificateCredential(certificate.pem))).toBe(
      fingerprint.replaceAll(":", ""),
    );
  });

  it("signs anew for each POST", async () => {
    const endpoint = authority.endpoint({ credentials: [certificateCredential(certificate.pem)] });
    authority.reply(Response.json(tokens()), Response.json(tokens()));
    await endpoint.refresh(refresh);
    await endpoint.refresh(refresh);
    const [first = "", second = ""] = assertionsSent();
    expect(decodeJwt(first).jti).not.toBe(decodeJwt(second).jti);
  });

  it("signs once more when Entra finds the assertion out of its time, and no oftener", async () => {
    const credentials = [certificateCredential(certificate.pem)];
    expect((await refreshed(credentials, refused(700024), Response.json(tokens()))).ok).toBe(true);
    const [first, second] = assertionsSent();
    expect(second).not.toBe(first);
    const failed = await refreshed(credentials, refused(700024), refused(700024));
    expect(failureOf(failed).disposition).toMatchObject({ action: "retry", latch: "none" });
    expect(authority.sent).toHaveLength(4);
  });

  it("is not signed again for an outage that blames its times", async () => {
    const body = refusal(700024, { error: "invalid_client" });
    const credentials = [certificateCredential(certificate.pem), secret];
    expect((await refreshed(credentials, Response.json(body, { status: 503 }))).ok).toBe(false);
    expect(authority.sent).toHaveLength(1);
  });

  it("gives way to the next credential when its times are refused twice", async () => {
    const credentials = [certificateCredential(certificate.pem), secret];
    const answer = await refreshed(
      credentials,
      refused(700024),
      refused(700024),
      Response.json(tokens()),
    );
    expect(answer.ok).toBe(true);
    expect(formsSent().at(-1)?.get("client_secret")).toBe("s3cr3t");
  });

  it("is blamed by its own variable when all are refused", async () => {
    const second = certificateCredential(certificate.pem, "AZURE_CLIENT_CERTIFICATE_2");
    const failed = await refreshed([secret, second], refused(7000222), refused(700027));
    expect(failureOf(failed)).toMatchObject({
      codes: [700027],
      disposition: { action: "fix_app", latch: "app", variable: "AZURE_CLIENT_CERTIFICATE_2" },
    });
  });
});

describe("a federation key", () => {
  it("signs for this Worker's own issuer, for one audience, by RS256", async () => {
    expect((await refreshed([federation()], Response.json(tokens()))).ok).toBe(true);
    const { payload, protectedHeader } = await jwtVerify(
      assertionsSent()[0] ?? "",
      createPublicKey(keyPem),
      { algorithms: ["RS256"], currentDate: new Date(now) },
    );
    expect(protectedHeader).toEqual({ alg: "RS256", typ: "JWT", kid: await keyId(key) });
    expect(payload).toMatchObject({
      iss: issuer,
      sub: "azure-integration-worker",
      aud: "api://AzureADTokenExchange",
      exp: now / 1000 + 300,
    });
  });
});

describe("the binding ASSERTION", () => {
  it("is asked for the cloud's audience and the tenant, for each POST", async () => {
    const ask = vi.fn<AskAssertion>(async () => ({ jwt: "a.b.c", expiresAt: later() }));
    expect((await refreshed([bound(ask)], Response.json(tokens()))).ok).toBe(true);
    expect(assertionsSent()).toEqual(["a.b.c"]);
    await refreshed([bound(ask)], Response.json(tokens()));
    expect(ask.mock.calls).toEqual([
      [{ audience: "api://AzureADTokenExchange", tenantId: contoso }],
      [{ audience: "api://AzureADTokenExchange", tenantId: contoso }],
    ]);
  });

  const passing = {
    code: "assertion_unreachable",
    disposition: { action: "retry", latch: "none" },
  };
  const lasting = {
    code: "assertion_unavailable",
    disposition: { action: "fix_app", latch: "app", variable: "ASSERTION" },
  };

  it.each<[string, AskAssertion, object]>([
    ["rejects", () => Promise.reject(new Error("the sibling's own words")), passing],
    [
      "throws",
      () => {
        throw new TypeError("The RPC receiver does not implement the sibling's method");
      },
      passing,
    ],
    ["answers nothing", async () => undefined, lasting],
    ["answers something else", async () => ({ token: "a.b.c" }), lasting],
    ["answers no JWT", async () => ({ jwt: "a secret\r\nX: y", expiresAt: later() }), lasting],
    ["answers a JWT without end", async () => ({ jwt: "a.b.c" }), lasting],
    [
      "answers one that has ended",
      async () => ({ jwt: "a.b.c", expiresAt: new Date(now) }),
      lasting,
    ],
  ])("gives way to the next credential when it %s", async (_what, ask, expected) => {
    expect((await refreshed([bound(ask), secret], Response.json(tokens()))).ok).toBe(true);
    expect(formsSent().map((form) => form.get("client_secret"))).toEqual(["s3cr3t"]);

    const alone = failureOf(await refreshed([bound(ask)]));
    expect(alone).toMatchObject(expected);
    expect(JSON.stringify(alone)).not.toContain("sibling");
  });

  it("that is down is asked again soon, though every other credential is refused", async () => {
    const down = bound(() => Promise.reject(new Error("down for a deployment")));
    // An object begins with the one that worked last, so either may come first.
    for (const credentials of [
      [down, secret],
      [certificateCredential(certificate.pem), down, secret],
    ]) {
      const answers = [refused(7000222), refused(7000222)];
      expect(failureOf(await refreshed(credentials, ...answers))).toMatchObject(passing);
      authority = new Authority();
    }
  });

  it("that is alone and too slow is asked again soon, as one that fails", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      const answer = refreshed([bound(() => new Promise(() => {}))]);
      await vi.advanceTimersByTimeAsync(5_000);
      expect(failureOf(await answer)).toMatchObject(passing);
    } finally {
      vi.useRealTimers();
    }
  });

  it("is waited for no longer than five seconds", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    try {
      authority.reply(Response.json(tokens()));
      const credentials = [bound(() => new Promise(() => {})), ...secretCredentials("s3cr3t")];
      const answer = authority.endpoint({ credentials }).refresh(refresh);
      await vi.advanceTimersByTimeAsync(4_999);
      expect(authority.sent).toEqual([]);
      await vi.advanceTimersByTimeAsync(1);
      expect((await answer).ok).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });
});

it("remembers the credential that worked, of whatever kind", async () => {
  const credentials = [
    federation(),
    certificateCredential(certificate.pem),
    ...secretCredentials("s3cr3t"),
  ];
  const endpoint = authority.endpoint({ credentials });
  authority.reply(refused(7000272), Response.json(tokens()), Response.json(tokens()));
  await endpoint.refresh(refresh);
  await endpoint.refresh(refresh);
  const algorithms = assertionsSent().map((jwt) => decodeProtectedHeader(jwt).alg);
  expect(algorithms).toEqual(["RS256", "PS256", "PS256"]);
});
