import { compactVerify, decodeJwt, decodeProtectedHeader, importJWK, importX509 } from "jose";
import type { CryptoKey, JWTPayload, ProtectedHeaderParameters } from "jose";
import { CLIENT_ID } from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import { isLocal } from "../hosts.ts";
import type { Authority } from "../tenants.ts";
import { failure } from "./entra-error.ts";
import type { EntraError, Outcome } from "./entra-error.ts";
import { keyOfIssuer } from "./external-issuer.ts";
import { federatedSubject } from "./registered-credentials.ts";

/** An assertion, where it was shown. */
export interface ShownAssertion {
  world: SandboxWorld;
  assertion: string;
  /** `client_id` of the form. */
  clientId: string;
  authority: Authority;
  /** Origin of the token endpoint. */
  base: string;
}

interface ReadAssertion extends ShownAssertion {
  header: ProtectedHeaderParameters;
  claims: JWTPayload;
}

export const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const federationAudiences: Readonly<Record<string, string>> = {
  "microsoftonline.us": "api://AzureADTokenExchangeUSGov",
  "partner.microsoftonline.cn": "api://AzureADTokenExchangeChina",
};
/** Seconds that clocks may differ by. */
const tolerance = 300;

type Checked = { ok: true } | { ok: false; error: EntraError };
const passed: Checked = { ok: true };

/**
 * Verifies a client assertion: one that the application issued itself by its certificate, any other by
 * the federated credential. As Entra, it takes the same assertion more than once. Fails with 50027 (no JWT,
 * or one with several audiences), and what `certified` and `federated` name.
 */
export async function verifyAssertion(shown: ShownAssertion): Promise<Checked> {
  const read = readAssertion(shown);
  if (!read.ok) return read;
  const { claims } = read.value;
  if (typeof claims.aud !== "string") return failure(50027);
  const isOwn = claims.iss?.toLowerCase() === CLIENT_ID || claims.sub?.toLowerCase() === CLIENT_ID;
  return isOwn ? certified(read.value) : federated(read.value);
}

function readAssertion(shown: ShownAssertion): Outcome<ReadAssertion> {
  try {
    const header = decodeProtectedHeader(shown.assertion);
    return { ok: true, value: { ...shown, header, claims: decodeJwt(shown.assertion) } };
  } catch {
    return failure(50027);
  }
}

/**
 * By certificate. Fails with 700021 (issued for another application), 700027 (a certificate that is not
 * registered, has ended, or did not sign), 5002738 (another algorithm), 50012 (not for this token
 * endpoint), 700024 (not now).
 */
async function certified(read: ReadAssertion): Promise<Checked> {
  const { world, header, claims, clientId } = read;
  if (claims.iss !== claims.sub || claims.sub?.toLowerCase() !== clientId.toLowerCase()) {
    return failure(700021);
  }
  const x5tS256 = header["x5t#S256"];
  const certificate = world.credentials.certificates.find((candidate) =>
    x5tS256 === undefined ? candidate.x5t === header.x5t : candidate.x5tS256 === x5tS256,
  );
  if (certificate === undefined) return badSignature("The key was not found");
  if (world.now() > certificate.notAfter) {
    return badSignature("The key used is expired", certificate.thumbprint);
  }
  const { alg = "" } = header;
  if (!["RS256", "PS256"].includes(alg)) return unsupported(alg, "RS256, PS256");
  if (!(await isSignedBy(await importX509(certificate.pem, alg), read.assertion))) {
    return badSignature(
      "The provided signature value did not match the expected signature value",
      certificate.thumbprint,
    );
  }
  if (!audiencesOf(read).includes(String(claims.aud))) return failure(50012);
  return inTime(read);
}

const badSignature = (reason: string, thumbprint?: string) =>
  failure(
    700027,
    `Client assertion contains an invalid signature. [Reason - ${reason}.${thumbprint ? `, Thumbprint of key used by client: '${thumbprint}'` : ""}]`,
  );

const unsupported = (alg: string, supported: string) =>
  failure(
    5002738,
    `Invalid JWT token. '${alg}' is not a supported signature algorithm. Supported signing algorithms are: '${supported}'`,
  );

async function isSignedBy(key: CryptoKey | Uint8Array, assertion: string): Promise<boolean> {
  try {
    await compactVerify(assertion, key);
    return true;
  } catch {
    return false;
  }
}

/** The token endpoint, of v1 too, with the tenant as it was written or by its id. */
function audiencesOf({ authority, base }: ReadAssertion): string[] {
  const names = [authority.segment, ...(authority.kind === "tenant" ? [authority.tenant.id] : [])];
  return names.flatMap((name) => [
    `${base}/${name}/oauth2/v2.0/token`,
    `${base}/${name}/oauth2/token`,
  ]);
}

function inTime({ world, claims }: ReadAssertion): Checked {
  const now = world.now() / 1000;
  const { exp, nbf = claims.iat ?? 0 } = claims;
  return exp !== undefined && now < exp + tolerance && now >= nbf - tolerance
    ? passed
    : failure(700024);
}

/**
 * By the federated credential: any loopback origin's path is an issuer that it trusts, for one subject and
 * one audience, compared to the letter. Fails with 700222 (a token of Entra's own), 70021 (nothing
 * matches), 700211 (issuer), 700213 (subject), 700212 (audience), 90061, 7000272 (see `keyOfIssuer`),
 * 5002738 (not RS256), 700027 (signature), 700024 (not now).
 */
async function federated(read: ReadAssertion): Promise<Checked> {
  const { world, header, claims, base } = read;
  const { iss = "", sub = "", aud } = claims;
  if (iss.startsWith(`${base}/`)) return failure(700222);
  const presented = [
    ...(isTrusted(iss) ? [] : [{ code: 700211, name: `issuer '${iss}'` }]),
    ...(sub === federatedSubject ? [] : [{ code: 700213, name: `subject '${sub}'` }]),
    ...(aud === audienceAt(base) ? [] : [{ code: 700212, name: `audience '${String(aud)}'` }]),
  ];
  const [wrong] = presented;
  if (wrong !== undefined) {
    const which = presented.length === 3 ? "" : ` ${wrong.name}`;
    return failure(
      presented.length === 3 ? 70021 : wrong.code,
      `No matching federated identity record found for presented assertion${which}.`,
    );
  }
  const key = await keyOfIssuer(iss, header.kid, world.network);
  if (!key.ok) return key;
  if (header.alg !== "RS256") return unsupported(header.alg ?? "", "RS256");
  if (!(await isSignedBy(await importJWK(key.value, "RS256"), read.assertion))) {
    return badSignature("The provided signature value did not match the expected signature value");
  }
  return inTime(read);
}

const isTrusted = (issuer: string) => URL.canParse(issuer) && isLocal(issuer);

/** Each cloud has its own. */
function audienceAt(base: string): string {
  const host = new URL(base).hostname;
  const [, audience] =
    Object.entries(federationAudiences).find(([cloud]) => host === `login.${cloud}`) ?? [];
  return audience ?? "api://AzureADTokenExchange";
}
