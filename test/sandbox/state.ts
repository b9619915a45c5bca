import * as z from "zod";
import { subscriptionSchema } from "./graph/subscriptions/subscription.ts";

const revocation = z.object({
  upn: z.string(),
  /** Absent: the refresh tokens and every access token; else that resource's access tokens. */
  audience: z.enum(["graph", "arm", "vault", "storage"]).optional(),
  tick: z.number(),
  /** Milliseconds by the sandbox's clock, for the text of AADSTS50173. */
  time: z.number(),
});

const consent = z.object({
  tenantId: z.string(),
  /** Object id of the person who consented, or `*` when an administrator did for everyone. */
  principal: z.string(),
  audience: z.enum(["graph", "arm", "vault", "storage"]),
  kind: z.enum(["delegated", "application"]),
  permissions: z.array(z.string()),
  /** Absent: the application's own. */
  clientId: z.string().optional(),
  /** Of application permissions: when they were granted, in milliseconds since the epoch. */
  at: z.number().optional(),
});

const signing = z.object({
  privateKey: z.string(),
  certificate: z.string(),
  thumbprint: z.string(),
});

/** A certificate registered for the application. */
const certificate = z.object({
  pem: z.string(),
  /** SHA-1 of its bytes, in hexadecimal: what Entra's pages and its errors show. */
  thumbprint: z.string(),
  /** As assertions name it: SHA-1 (`x5t`) and SHA-256 (`x5t#S256`), base64url. */
  x5t: z.string(),
  x5tS256: z.string(),
  /** Milliseconds since the epoch. */
  notBefore: z.number(),
  notAfter: z.number(),
});

/** All that outlives a restart. Codes and refresh tokens are sealed with `sealingKey`, not kept. */
export const stateSchema = z.object({
  version: z.literal(1),
  /** Made at first use: a key pair takes a tenth of a second. */
  signing: signing.optional(),
  /** The application's own key, as `signing` is Entra's. */
  applicationSigning: signing.optional(),
  sealingKey: z.string(),
  certificates: z.array(certificate).optional(),
  consents: z.array(consent),
  revocations: z.array(revocation),
  /** Ids of authorization codes already redeemed, with the time (ms) they would have expired. */
  redeemedCodes: z.array(z.object({ id: z.string(), expiresAt: z.number() })),
  /** To changes in Graph. Older files have none. */
  subscriptions: z.array(subscriptionSchema).default([]),
});

export type State = z.infer<typeof stateSchema>;
export type RegisteredCertificate = z.infer<typeof certificate>;
export type SigningMaterial = z.infer<typeof signing>;
export type Consent = State["consents"][number];
export type Revocation = State["revocations"][number];

/** Where the state is kept between two runs; in the test pool, nowhere. */
export interface StateStore {
  load(): State | undefined;
  /** Returns when the state is durable, so that nothing is answered that a crash would undo. */
  save(state: State): void;
}

export const noStore: StateStore = { load: () => undefined, save: () => {} };
