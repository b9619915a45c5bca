import { decodeProtectedHeader } from "jose";
import type { AccessConfig } from "../config/console.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { signedClaims } from "../entra/signed-claims.ts";
import { keyOfSet } from "../entra/signing-keys.ts";
import { textOf } from "../http/json.ts";
import { unauthenticated } from "./credential.ts";

/** Where Cloudflare Access puts who it let through. */
export const accessHeader = "cf-access-jwt-assertion";

interface Tools {
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

const notProven = unauthenticated("Cloudflare Access does not prove who this is.");

/** Milliseconds for the keys of the team. */
const timeoutMs = 10_000;

/**
 * Who Cloudflare Access let through: its assertion, verified by the keys of the team for the one
 * application that stands in front of the console.
 *
 * @returns the person's mail address; `unauthenticated` for everything else; `upstream_unavailable`
 *   when the keys cannot be had
 * @see https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
export async function personOfAccess(
  assertion: string,
  { team, audience }: AccessConfig,
  tools: Tools,
): Promise<Result<string, Failure>> {
  const kid = keyNamedBy(assertion);
  if (kid === undefined) return notProven;
  const key = await keyOfSet(`${team}/cdn-cgi/access/certs`, kid, { ...tools, timeoutMs });
  if (key === undefined) return notProven;
  if (key === "unavailable") {
    return err(failure("upstream_unavailable", "Cloudflare Access does not answer."));
  }
  const claims = await signedClaims(assertion, key, { issuer: team, audience, now: tools.now });
  // Services have no address: they are not people.
  const email = textOf(claims?.["email"]);
  return email ? ok(email) : notProven;
}

function keyNamedBy(assertion: string): string | undefined {
  try {
    return decodeProtectedHeader(assertion).kid;
  } catch {
    return undefined;
  }
}
