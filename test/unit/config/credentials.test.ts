import { execFileSync } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { certificateWarnings } from "../../../src/config/certificate-warnings.ts";
import { parseConfig, type Config } from "../../../src/config/config.ts";
import { credentialId } from "../../../src/entra/credential.ts";
import { newPrivateKey } from "../../../src/entra/new-certificate.ts";
import { certificateCredential, newClientCertificate } from "../../support/credentials.ts";

const root = new URL("../../..", import.meta.url).pathname;
const day = 86_400_000;

const env = {
  AZURE_CLIENT_ID: "11111111-2222-4333-8444-555555555555",
  AZURE_REDIRECT_URI: "https://azure.example/callback",
  TOKEN_ENCRYPTION_KEYS: `k1:${btoa(String.fromCharCode(...new Uint8Array(32).fill(1)))}`,
  SESSION_SECRET: "s".repeat(32),
  API_KEYS: "[]",
};

function configured(more: Record<string, unknown>): Config {
  const config = parseConfig({ ...env, ...more });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}
function errorOf(more: Record<string, unknown>): { variable: string; message: string } {
  const config = parseConfig({ ...env, ...more });
  if (config.ok) throw new Error("expected a configuration error");
  return config.error;
}

const pair = (bits = 2048) =>
  generateKeyPairSync("rsa", {
    modulusLength: bits,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem" },
  }).privateKey;

let made: Awaited<ReturnType<typeof newClientCertificate>>;
let other: typeof made;
let signing: string;
let next: string;
beforeAll(async () => {
  made = await newClientCertificate();
  other = await newClientCertificate();
  signing = await newPrivateKey();
  next = await newPrivateKey();
});

describe("the credentials of a configuration", () => {
  it("stand in the order in which they are tried", () => {
    const { credentials, federation } = configured({
      AZURE_CLIENT_SECRET: "old,new",
      AZURE_CLIENT_CERTIFICATE_2: other.pem,
      AZURE_CLIENT_CERTIFICATE: made.pem,
      AZURE_FEDERATION_KEYS: signing + next,
      ASSERTION: { assertion: async () => undefined },
    });
    expect(credentials.map(({ kind, variable }) => [kind, variable])).toEqual([
      ["assertion", "ASSERTION"],
      ["federation", "AZURE_FEDERATION_KEYS"],
      ["certificate", "AZURE_CLIENT_CERTIFICATE"],
      ["certificate", "AZURE_CLIENT_CERTIFICATE_2"],
      ["secret", "AZURE_CLIENT_SECRET"],
      ["secret", "AZURE_CLIENT_SECRET"],
    ]);
    expect(credentials[1]).toMatchObject({
      issuer: "https://azure.example/federation",
      subject: "azure-integration-worker",
      key: federation?.keys[0],
    });
    expect(federation?.keys).toHaveLength(2);
  });

  it.each([
    ["federation keys", () => ({ AZURE_FEDERATION_KEYS: signing })],
    ["a certificate", () => ({ AZURE_CLIENT_CERTIFICATE: made.pem })],
    ["the second certificate", () => ({ AZURE_CLIENT_CERTIFICATE_2: made.pem })],
    ["a secret", () => ({ AZURE_CLIENT_SECRET: "s3cr3t" })],
    ["a binding", () => ({ ASSERTION: { assertion: async () => undefined } })],
  ])("may be %s alone", (_what, more) => {
    expect(configured(more()).credentials).toHaveLength(1);
  });

  it("are missed together, by one name, with the choices", () => {
    const { variable, message } = errorOf({});
    expect(variable).toBe("AZURE_CLIENT_SECRET");
    expect(message).toMatch(
      /AZURE_FEDERATION_KEYS, AZURE_CLIENT_CERTIFICATE, or the binding ASSERTION\.$/,
    );
  });

  it("have the subject and the issuer that the deployment names", () => {
    const { federation } = configured({
      AZURE_FEDERATION_KEYS: signing,
      AZURE_FEDERATION_SUBJECT: "worker-of-contoso",
      AZURE_PUBLIC_ORIGIN: "https://links.example",
    });
    expect(federation).toMatchObject({
      subject: "worker-of-contoso",
      issuer: "https://links.example/federation",
    });
  });
});

describe("a certificate is read", () => {
  it.each<[string, (pem: string) => string]>([
    ["with the certificate first", () => made.certificate + made.privateKey],
    ["with a chain around it", () => other.certificate + made.pem + other.certificate],
    ["with bag attributes, as openssl writes them", () => `Bag Attributes\n  x: 1\n${made.pem}`],
    ["with line ends in two characters", (pem) => pem.replaceAll("\n", "\\n")],
    ["on one line", (pem) => pem.replaceAll("\n", " ")],
    ["with Windows' line ends", (pem) => pem.replaceAll("\n", "\r\n")],
  ])("%s", async (_what, change) => {
    const [credential] = configured({ AZURE_CLIENT_CERTIFICATE: change(made.pem) }).credentials;
    expect(credential && (await credentialId(credential))).toBe(
      await credentialId(certificateCredential(made.pem)),
    );
  });

  it("with its end, in this century and the next", async () => {
    for (const end of ["2049-12-31T23:59:59.000Z", "2050-01-01T00:00:00.000Z"]) {
      const notAfter = Date.parse(end);
      const { pem } = await newClientCertificate({ notAfter });
      expect(certificateCredential(pem)).toMatchObject({ certificate: { notAfter } });
    }
  });

  it("as openssl makes it", () => {
    const folder = mkdtempSync(join(tmpdir(), "azure-certificate-"));
    const [key, certificate] = [join(folder, "key.pem"), join(folder, "certificate.pem")];
    const request = ["req", "-x509", "-newkey", "rsa:3072", "-nodes", "-days", "90"];
    const files = ["-subj", "/CN=app", "-keyout", key, "-out", certificate];
    execFileSync("openssl", [...request, ...files], { stdio: "ignore" });
    const pem = readFileSync(key, "utf8") + readFileSync(certificate, "utf8");
    rmSync(folder, { recursive: true });
    expect(configured({ AZURE_CLIENT_CERTIFICATE: pem }).credentials).toHaveLength(1);
  });
});

describe("a wrong credential is named with what is wrong, and without its value", () => {
  const ellipticKey = (type: "pkcs8" | "sec1") =>
    generateKeyPairSync("ec", {
      namedCurve: "P-256",
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type, format: "pem" },
    }).privateKey;
  const ec = ellipticKey("pkcs8");
  const encrypted = generateKeyPairSync("rsa", {
    modulusLength: 2048,
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "pkcs8", format: "pem", cipher: "aes-256-cbc", passphrase: "x" },
  }).privateKey;
  const pkcs1 = (options: object = {}) =>
    generateKeyPairSync("rsa", {
      modulusLength: 2048,
      publicKeyEncoding: { type: "spki", format: "pem" },
      privateKeyEncoding: { type: "pkcs1", format: "pem", ...options },
    }).privateKey;
  /** Half of what a block holds. */
  const cutOff = (pem: string) => {
    const lines = pem.trimEnd().split("\n");
    return [...lines.slice(0, lines.length / 2), lines.at(-1), ""].join("\n");
  };

  it.each<[string, () => string, RegExp]>([
    ["no PEM", () => "MIIEvg", /must be PEM/],
    ["a key alone", () => made.privateKey, /must hold the certificate too/],
    ["a certificate alone", () => made.certificate, /must hold the private key too/],
    ["two keys", () => made.pem + other.privateKey, /one private key/],
    ["another's certificate", () => made.privateKey + other.certificate, /do not belong together/],
    ["an encrypted key", () => encrypted + made.certificate, /unencrypted/],
    ["a PKCS1 key", () => pkcs1() + made.certificate, /PKCS8.*not PKCS1/],
    [
      "an encrypted PKCS1 key",
      () => pkcs1({ cipher: "aes-256-cbc", passphrase: "x" }) + made.certificate,
      /PKCS8/,
    ],
    ["an elliptic key", () => ec + made.certificate, /RSA key/],
    ["a short key", () => pair(1024) + made.certificate, /2048 bits/],
    ["a key that was cut off", () => cutOff(made.privateKey) + made.certificate, /damaged/],
    ["a certificate that was cut off", () => made.privateKey + cutOff(made.certificate), /damaged/],
    [
      "a key without its last line",
      () => made.privateKey.slice(0, -30) + made.certificate,
      /whole key/,
    ],
    [
      "a certificate without its last line",
      () => made.privateKey + made.certificate.slice(0, -30),
      /cut off/,
    ],
    [
      "a key that is no base64",
      () => `-----BEGIN PRIVATE KEY-----\n*\n-----END PRIVATE KEY-----\n${made.certificate}`,
      /base64/,
    ],
  ])("%s", (_what, pem, expected) => {
    for (const name of ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_CERTIFICATE_2"]) {
      const { variable, message } = errorOf({ AZURE_CLIENT_SECRET: "s3cr3t", [name]: pem() });
      expect(variable).toBe(name);
      expect(message).toMatch(new RegExp(`^${name} must `));
      expect(message).toMatch(expected);
      expect(message).not.toMatch(/MII|s3cr3t/);
    }
  });

  it.each<[string, () => string, RegExp]>([
    ["no PEM", () => "k1:abc", /must be PEM/],
    ["a certificate", () => made.certificate, /a private key .*, and no certificate/],
    ["one with its certificate", () => signing + made.certificate, /is wrong in key 2: .*no cert/],
    ["an elliptic one", () => ec, /must hold an RSA key/],
    ["an elliptic one in a form of its own", () => ellipticKey("sec1"), /must hold an RSA key/],
    ["a wrong one after a good one", () => signing + ec, /is wrong in key 2: it must hold an RSA/],
    ["one that was cut off", () => signing.slice(0, 800), /must hold the whole key/],
    [
      "the last one cut off, as where a variable is full",
      () => signing + other.privateKey.slice(0, 800),
      /is wrong in key 2: it must hold the whole key/,
    ],
    [
      "the first one cut off",
      () => signing.slice(0, 800) + other.privateKey,
      /is wrong in key 1: it must hold the whole key/,
    ],
    ["one twice", () => signing + signing, /must not hold a key twice/],
  ])("of federation keys: %s", (_what, pem, expected) => {
    const { variable, message } = errorOf({ AZURE_FEDERATION_KEYS: pem() });
    expect(variable).toBe("AZURE_FEDERATION_KEYS");
    expect(message).toMatch(expected);
    expect(message).not.toContain("MII");
  });

  it.each([
    ["AZURE_FEDERATION_SUBJECT", "x".repeat(601)],
    ["ASSERTION", "https://issuer.example"],
    ["ASSERTION", { token: () => "x" }],
  ])("%s", (name, value) => {
    expect(errorOf({ AZURE_FEDERATION_KEYS: signing, [name]: value }).variable).toBe(name);
  });
});

describe("warnings of certificates", () => {
  const at = (daysBefore: number) => {
    const credential = certificateCredential(made.pem);
    if (credential.kind !== "certificate") throw new Error("no certificate");
    return certificateWarnings([credential], credential.certificate.notAfter - daysBefore * day);
  };

  it.each([
    [30.01, undefined],
    [30, 30],
    [14.01, 30],
    [14, 14],
    [7, 7],
    [1.5, 7],
    [1, 1],
    [0.01, 1],
    [0, 0],
    [-100, 0],
  ])("%d days before the end are those of %s", async (daysBefore, expected) => {
    const warnings = await at(daysBefore);
    expect(warnings.map(({ days }) => days)).toEqual(expected === undefined ? [] : [expected]);
  });
});

describe("the programs that make credentials", () => {
  const run = (script: string, ...args: string[]) =>
    execFileSync(process.execPath, [join(root, "src/config", script), ...args], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
  const pemAfter = (text: string, sentence: string) => text.split(sentence)[1] ?? "";

  it("print a certificate and its key as the deployment takes them", () => {
    const printed = run("make-certificate.ts", "30", "contoso");
    const pem = pemAfter(printed, "For the deployment");
    const [credential] = configured({ AZURE_CLIENT_CERTIFICATE: pem }).credentials;
    expect(credential?.kind).toBe("certificate");
    expect(printed.split("For the deployment")[0]).not.toContain("PRIVATE KEY");
  });

  it("print a federation key, and what Entra has to be told", () => {
    const printed = run("make-federation-key.ts", "https://azure.example");
    const { federation } = configured({ AZURE_FEDERATION_KEYS: printed });
    expect(printed).toContain(`"issuer": "${federation?.issuer}"`);
    expect(printed).toContain(`"subject": "${federation?.subject}"`);
    expect(printed).toContain("api://AzureADTokenExchange");
  });

  it.each([
    ["make-certificate.ts", "731"],
    ["make-certificate.ts", "soon"],
    ["make-federation-key.ts", "https://azure.example/path"],
  ])("refuse what they cannot use: %s %s", (script, argument) => {
    expect(() => run(script, argument)).toThrow(/Command failed/);
  });
});
