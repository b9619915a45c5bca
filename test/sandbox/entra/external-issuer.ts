import type { JWK } from "jose";
import * as z from "zod";
import { isLocal } from "../hosts.ts";
import type { Fetch } from "../public-types.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";

const documentSchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const keySetSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), kid: z.string().default("") })),
});

/** Milliseconds that an issuer may take. */
const patience = 5_000;

/** Only this machine: the sandbox asks nobody on a network. */
const isHere = (address: string) =>
  URL.canParse(address) && /^https?:$/.test(new URL(address).protocol) && isLocal(address);

async function documentAt(address: string, fetch: Fetch): Promise<unknown> {
  if (!isHere(address)) return undefined;
  try {
    const answer = await fetch(address, {
      headers: { accept: "application/json" },
      redirect: "error",
      signal: AbortSignal.timeout(patience),
    });
    return answer.ok ? await answer.json() : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The key of another issuer that signed an assertion: by discovery and its key set, anew each time, so
 * that a key counts as soon as it is published. Fails with 90061 (documents that cannot be had or
 * contradict the issuer), 7000272 (no such key there).
 */
export async function keyOfIssuer(
  issuer: string,
  kid: string | undefined,
  fetch: Fetch,
): Promise<Outcome<JWK>> {
  const discovery = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = documentSchema.safeParse(await documentAt(discovery, fetch));
  if (!document.success || document.data.issuer !== issuer) return failure(90061);
  const set = keySetSchema.safeParse(await documentAt(document.data.jwks_uri, fetch));
  if (!set.success) return failure(90061);
  // Entra keeps the first hundred.
  const key = set.data.keys.slice(0, 100).find((candidate) => candidate.kid === kid);
  return key !== undefined && kid !== undefined
    ? { ok: true, value: key }
    : failure(
        7000272,
        `The certificate with identifier ${kid ?? ""} used to sign the federated credential could not be found in the metadata of identity provider ${issuer}.`,
      );
}
