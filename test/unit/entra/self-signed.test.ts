import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { generateKeyPair } from "jose";
import { describe, expect, test } from "vitest";
import { selfSignedCertificate } from "../../../src/entra/self-signed.ts";

const day = 86_400_000;

async function made(use: "signs" | "encrypts", notBefore: number, notAfter: number) {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const request = { commonName: "azure-integration-worker", notBefore, notAfter };
  const der = await selfSignedCertificate(pair, use, request);
  return new X509Certificate(der);
}

describe("a self-signed certificate", () => {
  test.each([
    ["signs", "Digital Signature"],
    ["encrypts", "Key Encipherment"],
  ] as const)(
    "of a key that %s is read by OpenSSL, and signed by its own key",
    async (use, word) => {
      const notBefore = Date.UTC(2026, 10, 29, 1, 2, 3);
      const certificate = await made(use, notBefore, notBefore + 730 * day);
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.issuer).toBe(certificate.subject);
      expect(certificate.ca).toBe(false);
      expect(certificate.subject).toBe("CN=azure-integration-worker");
      expect(certificate.validFromDate.getTime()).toBe(notBefore);
      expect(certificate.validToDate.getTime()).toBe(notBefore + 730 * day);
      expect(certificate.publicKey.asymmetricKeyDetails?.modulusLength).toBe(2048);
      const text = execFileSync("openssl", ["x509", "-noout", "-text"], {
        input: certificate.toString(),
        encoding: "utf8",
      });
      expect(text).toMatch(new RegExp(`Key Usage: critical\\s+${word}\\s`));
      expect(text).toMatch(/Basic Constraints:\s+CA:FALSE/);
    },
  );

  test("that ends in or after 2050 names the whole year", async () => {
    const certificate = await made("encrypts", Date.UTC(2049, 11, 31), Date.UTC(2051, 0, 1));
    expect(certificate.validFromDate.getTime()).toBe(Date.UTC(2049, 11, 31));
    expect(certificate.validToDate.getTime()).toBe(Date.UTC(2051, 0, 1));
  });
});
