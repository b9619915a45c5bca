import { X509Certificate } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generate } from "selfsigned";
import * as z from "zod";

/** A throw-away authority and the certificate it gave to localhost, in PEM. */
export interface Certificate {
  ca: string;
  key: string;
  cert: string;
}

const certificateSchema = z.object({ ca: z.string(), key: z.string(), cert: z.string() });

const day = 24 * 60 * 60 * 1000;
// The longest life browsers accept from a public authority.
const leafDays = 397;
const renewBeforeDays = 30;

async function generateCertificate(now: number): Promise<Certificate> {
  const notBeforeDate = new Date(now - day);
  const notAfterDate = new Date(now + leafDays * day);
  const ca = await generate([{ name: "commonName", value: "Azure sandbox throw-away CA" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate,
    notAfterDate,
    extensions: [
      { name: "basicConstraints", cA: true, critical: true },
      { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true },
    ],
  });
  const leaf = await generate([{ name: "commonName", value: "localhost" }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate,
    notAfterDate,
    ca: { key: ca.private, cert: ca.cert },
    extensions: [
      { name: "basicConstraints", cA: false },
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true },
      {
        name: "subjectAltName",
        altNames: [
          { type: 2, value: "localhost" },
          { type: 7, ip: "127.0.0.1" },
          { type: 7, ip: "::1" },
        ],
      },
    ],
  });
  return { ca: ca.cert, key: leaf.private, cert: leaf.cert };
}

function cached(path: string, now: number): Certificate | undefined {
  try {
    const found = certificateSchema.parse(JSON.parse(readFileSync(path, "utf8")));
    const expiry = new X509Certificate(found.cert).validToDate.getTime();
    return expiry - now > renewBeforeDays * day ? found : undefined;
  } catch {
    // None yet, or not ours to read: a new one costs 35 ms.
    return undefined;
  }
}

/**
 * The certificate for https on localhost. With a directory it is kept there, and its authority is
 * written to `{directory}/ca.pem` for NODE_EXTRA_CA_CERTS.
 */
export async function localCertificate(directory: string | undefined): Promise<Certificate> {
  const now = Date.now();
  if (directory === undefined) return generateCertificate(now);
  const path = join(directory, "certificate.json");
  const found = cached(path, now);
  if (found) return found;
  const made = await generateCertificate(now);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path, JSON.stringify(made, undefined, 2), { mode: 0o600 });
  writeFileSync(join(directory, "ca.pem"), made.ca);
  return made;
}
