import { ClientSecretPost, modifyAssertion, PrivateKeyJwt } from "oauth4webapi";
import type { AuthorizationServer, ClientAuth } from "oauth4webapi";
import * as z from "zod";
import type { Cloud } from "./cloud.ts";
import { keyId, thumbprint } from "./credential.ts";
import type { Credential } from "./credential.ts";
import { valueWithin } from "./deadline.ts";
import type { RsaKey } from "./rsa-key.ts";

/** Seconds that an assertion is good for; it is signed for one POST. */
const assertionLifetime = 300;
/** Milliseconds that the binding ASSERTION may take. */
const askDeadline = 5_000;

export interface AuthenticationContext {
  cloud: Cloud;
  server: AuthorizationServer;
  /** The authority's path segment. */
  tenant: string;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * How a token request carries a credential. Each call makes an assertion of its own.
 *
 * @returns `assertion_unreachable` where the binding ASSERTION failed or was too slow, which may pass;
 *   `assertion_unavailable` where it answered something else than agreed, or a key cannot be used
 */
export async function authenticationOf(
  credential: Credential,
  context: AuthenticationContext,
): Promise<ClientAuth | "assertion_unavailable" | "assertion_unreachable"> {
  try {
    switch (credential.kind) {
      case "assertion":
        return await askedAssertion(credential, context);
      case "federation":
        return await federated(credential, context);
      case "certificate":
        return await certified(credential, context);
      case "secret":
        return ClientSecretPost(credential.secret);
    }
  } catch {
    // The reason stays here: it may quote a key, or be another program's words.
    return credential.kind === "assertion" ? "assertion_unreachable" : "assertion_unavailable";
  }
}

const answerSchema = z.object({
  // As long as the form of a request may hold, and no longer.
  jwt: z
    .string()
    .max(16_384)
    .regex(/^[\w-]+\.[\w-]+\.[\w-]+$/),
  expiresAt: z.coerce.date(),
});

async function askedAssertion(
  { ask }: Extract<Credential, { kind: "assertion" }>,
  { cloud, tenant, now }: AuthenticationContext,
): Promise<ClientAuth | "assertion_unavailable"> {
  const request = { audience: cloud.federationAudience, tenantId: tenant };
  const answer = answerSchema.safeParse(await valueWithin(askDeadline, ask(request)));
  if (!answer.success || answer.data.expiresAt.getTime() <= now()) {
    return "assertion_unavailable";
  }
  return (_server, client, body) => {
    body.set("client_id", client.client_id);
    body.set("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer");
    body.set("client_assertion", answer.data.jwt);
  };
}

/** RS256, and one audience: what Entra takes of another issuer, which here is this Worker. */
async function federated(
  { key, issuer, subject }: Extract<Credential, { kind: "federation" }>,
  { cloud, now }: AuthenticationContext,
): Promise<ClientAuth> {
  const kid = await keyId(key);
  return PrivateKeyJwt(
    { key: await signingKey(key, "RSASSA-PKCS1-v1_5"), kid },
    {
      [modifyAssertion]: (header, payload) => {
        header["typ"] = "JWT";
        const aud = cloud.federationAudience;
        Object.assign(payload, { iss: issuer, sub: subject, aud, ...timesAt(now()) });
      },
    },
  );
}

/** PS256, and the token endpoint as the audience, as Microsoft recommends for certificates. */
async function certified(
  { certificate }: Extract<Credential, { kind: "certificate" }>,
  { server, now }: AuthenticationContext,
): Promise<ClientAuth> {
  const x5t = await thumbprint(certificate);
  return PrivateKeyJwt(await signingKey(certificate.key, "RSA-PSS"), {
    [modifyAssertion]: (header, payload) => {
      header["typ"] = "JWT";
      header["x5t#S256"] = x5t;
      Object.assign(payload, { aud: server.token_endpoint, ...timesAt(now()) });
    },
  });
}

function timesAt(now: number): { iat: number; nbf: number; exp: number } {
  const seconds = Math.floor(now / 1000);
  return { iat: seconds, nbf: seconds, exp: seconds + assertionLifetime };
}

const signingKey = ({ pkcs8 }: RsaKey, name: "RSA-PSS" | "RSASSA-PKCS1-v1_5") =>
  crypto.subtle.importKey("pkcs8", pkcs8, { name, hash: "SHA-256" }, false, ["sign"]);
