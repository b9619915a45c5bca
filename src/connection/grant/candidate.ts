import * as z from "zod";
import type { Cloud } from "../../entra/cloud.ts";
import { missingScopes, permissionsIn, resourceOfScope } from "../../entra/resource.ts";
import { conflict, type Failure } from "../../contract/errors.ts";
import { storedRemedySchema } from "../../contract/remedy-schema.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { ownAccountOf } from "../policy/own-account.ts";
import type { Grant } from "../tables/grant-store.ts";

/** A grant received but not yet adopted. It exists only encrypted, beside the old one. */
export const candidateSchema = z.object({
  tenant_id: z.string(),
  object_id: z.string(),
  upn: z.string().nullable(),
  name: z.string().nullable(),
  login_hint: z.string().nullable(),
  /** The `accountAddress` where the account lives. */
  home_account: z.string().nullable().default(null),
  refresh_token: z.string().nullable(),
  required_scopes: z.array(z.string()),
  required_resources: z.array(z.string()),
  /** What the proof of each required resource gave: a token, or why there is none. */
  tokens: z.array(
    z.object({
      resource: z.string(),
      token: z.string(),
      scopes: z.array(z.string()),
      issued_at: z.number(),
      lifetime_seconds: z.number(),
      refresh_in_seconds: z.number().optional(),
    }),
  ),
  latches: z.array(z.object({ resource: z.string(), remedy: storedRemedySchema })),
  /** What the next sign-in has to prove, as a refused resource asked (JSON). */
  claims: z.string().nullable().default(null),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const grantedScopes = (candidate: Candidate): string[] => [
  ...new Set(candidate.tokens.flatMap((token) => permissionsIn(token.scopes))),
];

/**
 * Why a candidate may not become the grant, if there is a reason. A sign-in with another account,
 * without a refresh token or with less consent must not replace a grant that works.
 */
export function adoptionConflict(
  grant: Grant | undefined,
  candidate: Candidate,
  cloud: Cloud,
): Failure | undefined {
  if (candidate.refresh_token === null) {
    return conflict(
      "no_refresh_token",
      "Microsoft gave no refresh token: the application must be allowed offline_access.",
    );
  }
  const held = grant !== undefined && isHeld(grant);
  if (held && !isSameAccount(grant, candidate)) {
    return conflict(
      "different_account",
      grant.tenant_id === candidate.tenant_id
        ? "This connection belongs to another Microsoft account: disconnect it first, or use another label."
        : "This connection belongs to another Microsoft account: disconnect it first, or use another label. A guest of an organization signs in with its tenant_id.",
    );
  }
  const proven = new Set(candidate.tokens.map(({ resource }) => resource));
  // A first sign-in is kept even where a resource refused it: its latch says what to do. A resource
  // that could not be asked is no reason either.
  const refused = new Set(held ? candidate.latches.map(({ resource }) => resource) : []);
  const missing = missingScopes(
    candidate.required_scopes.filter((scope) => {
      const resource = resourceOfScope(scope, cloud);
      return resource !== undefined && (proven.has(resource) || refused.has(resource));
    }),
    candidate.tokens.flatMap((token) => token.scopes),
    cloud,
  );
  return missing.length > 0
    ? conflict(
        "missing_scopes",
        `Not everything that was asked for was granted: ${missing.join(" ")}.`,
      )
    : undefined;
}

/**
 * Why a candidate may not repair the grant, if there is a reason: it is of another account, or there is
 * no grant any more.
 */
export function healConflict(grant: Grant | undefined, candidate: Candidate): Failure | undefined {
  if (grant === undefined || !isHeld(grant)) {
    return conflict("disconnected", "The connection was disconnected while you signed in.");
  }
  if (isSameAccount(grant, candidate)) return undefined;
  return conflict(
    "different_account",
    "The link repairs the connection of one Microsoft account, and another one signed in: open the link again, and sign in with the first.",
  );
}

/**
 * Why a candidate may not become the grant of a connection whose user is an account, if there is a reason.
 * Where MCP clients sign accounts in, `{oid}@{tid}` is the account itself, and whoever names that user
 * must not connect another one.
 *
 * @param connectionId of the connection that would hold it
 */
export function ownAccountConflict(
  connectionId: string,
  candidate: Candidate,
): Failure | undefined {
  const own = ownAccountOf(connectionId);
  if (own === undefined) return undefined;
  const { object_id: objectId, tenant_id: tenantId } = candidate;
  return own.objectId === objectId.toLowerCase() && own.tenantId === tenantId.toLowerCase()
    ? undefined
    : conflict(
        "different_account",
        "This user is one Microsoft account, and another one signed in: sign in with the first.",
      );
}

const isSameAccount = (grant: Grant, candidate: Candidate): boolean =>
  grant.tenant_id === candidate.tenant_id && grant.object_id === candidate.object_id;
