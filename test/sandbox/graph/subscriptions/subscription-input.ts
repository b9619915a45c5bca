import { X509Certificate } from "node:crypto";
import * as z from "zod";
import { isLocal } from "../../hosts.ts";
import { parseBody } from "../body-names.ts";
import { invalidRequest } from "./workload-refusal.ts";

const MOST_CHARACTERS = 128;

const writable = {
  notificationUrl: z.string(),
  expirationDateTime: z.iso.datetime({ offset: true }),
  encryptionCertificate: z.string().nullable(),
  encryptionCertificateId: z.string().max(MOST_CHARACTERS).nullable(),
};

const createInput = z.strictObject({
  "@odata.type": z.string().optional(),
  changeType: z.string(),
  resource: z.string(),
  notificationUrl: writable.notificationUrl,
  expirationDateTime: writable.expirationDateTime,
  lifecycleNotificationUrl: z.string().nullish(),
  clientState: z.string().max(MOST_CHARACTERS).nullish(),
  includeResourceData: z.boolean().nullish(),
  encryptionCertificate: writable.encryptionCertificate.optional(),
  encryptionCertificateId: writable.encryptionCertificateId.optional(),
  latestSupportedTlsVersion: z.enum(["v1_0", "v1_1", "v1_2", "v1_3"]).nullish(),
});
const updateInput = z.strictObject({ "@odata.type": z.string(), ...writable }).partial();

export type CreateInput = z.infer<typeof createInput>;
export type UpdateInput = z.infer<typeof updateInput>;

const required = ["changeType", "notificationUrl", "resource", "expirationDateTime"] as const;

const unreadable = (operation: "creation" | "update", { issues }: z.ZodError) => {
  const names = issues.flatMap((issue) =>
    issue.code === "unrecognized_keys" ? issue.keys : [issue.path.join(".")],
  );
  return invalidRequest(
    `Could not process subscription ${operation} payload. Are all property names spelled and camelCased properly? ` +
      "Also are the datetimeoffset values in a valid internet Date and Time format? " +
      `Check: ${names.join(", ")}.`,
  );
};

/** Reads the body of POST /subscriptions. Throws 400 naming what is missing or cannot be read. */
export function readCreation(body: Record<string, unknown>): CreateInput {
  const given = new Set(Object.keys(body).map((name) => name.toLowerCase()));
  const missing = required.find((name) => !given.has(name.toLowerCase()));
  if (missing !== undefined)
    throw invalidRequest(`${missing} is a required property for subscription creation`);
  const parsed = parseBody(createInput, body);
  if (!parsed.success) throw unreadable("creation", parsed.error);
  return parsed.data;
}

/** Reads the body of PATCH /subscriptions/{id}. Throws 400 for what cannot be changed. */
export function readUpdate(body: Record<string, unknown>): UpdateInput {
  const parsed = parseBody(updateInput, body);
  if (!parsed.success) throw unreadable("update", parsed.error);
  return parsed.data;
}

/** Throws 400 for an address that notifications are not sent to: https, or a loopback one, alone. */
export function requireAddress(name: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const sendable = url?.protocol === "https:" || (url?.protocol === "http:" && isLocal(url.origin));
  if (url === undefined || !sendable)
    throw invalidRequest(`The property '${name}' must be an absolute URL that uses HTTPS.`);
  return url;
}

/** The certificate in a property's base64. Throws 400 unless it has an RSA key that Graph takes. */
export function readCertificate(text: string): X509Certificate {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(Buffer.from(text, "base64"));
  } catch {
    throw invalidRequest(
      "The property 'encryptionCertificate' is not a base64-encoded certificate.",
    );
  }
  const { asymmetricKeyType, asymmetricKeyDetails } = certificate.publicKey;
  const bits = asymmetricKeyDetails?.modulusLength ?? 0;
  if (asymmetricKeyType !== "rsa" || bits < 2048 || bits > 4096)
    throw invalidRequest(
      "The key of 'encryptionCertificate' must be of type RSA and between 2048 and 4096 bits long.",
    );
  return certificate;
}
