import { decodeProtectedHeader, errors as joseErrors, jwtVerify } from "jose";
import * as z from "zod";
import type { AccessConfig } from "../config/console.ts";
import { keyOfSet } from "../entra/signing-keys.ts";

/** Where Cloudflare Access puts who it let through. */
export const accessHeader = "cf-access-jwt-assertion";

/** Services that have no name are not people. */
const claimsSchema = z.object({ email: z.string().min(1) });

interface Tools {
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Milliseconds for the keys of the team. */
const timeoutMs = 10_000;

/**
 * Who Cloudflare Access let through: its assertion, verified by the keys of the team for the one
 * application that stands in front of the console.
 *
 * @returns the person's mail address; undefined for everything else; `unavailable` when the keys cannot be had
 * @see https://developers.cloudflare.com/cloudflare-one/identity/authorization-cookie/validating-json/
 */
export async function personOfAccess(
  assertion: string,
  { team, audience }: AccessConfig,
  tools: Tools,
): Promise<string | undefined | "unavailable"> {
  const kid = keyNamedBy(assertion);
  if (kid === undefined) return undefined;
  const key = await keyOfSet(`${team}/cdn-cgi/access/certs`, kid, { ...tools, timeoutMs });
  if (key === undefined || key === "unavailable") return key;
  try {
    const { payload } = await jwtVerify(
      assertion,
      { ...key, alg: "RS256" },
      {
        algorithms: ["RS256"],
        issuer: team,
        audience,
        requiredClaims: ["exp"],
        currentDate: new Date(tools.now()),
      },
    );
    return claimsSchema.safeParse(payload).data?.email;
  } catch (error) {
    if (error instanceof joseErrors.JOSEError) return undefined;
    throw error;
  }
}

function keyNamedBy(assertion: string): string | undefined {
  try {
    return decodeProtectedHeader(assertion).kid;
  } catch {
    return undefined;
  }
}
