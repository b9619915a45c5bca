import * as z from "zod";
import type { Config } from "../config/config.ts";
import type { DetachedAnswer } from "../connection/grant/detached-sign-in.ts";
import { ownStub } from "../connection/stub.ts";
import { connectionIdOf } from "../contract/connection-owner.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { holdsAdministrator } from "../entra/directory-roles.ts";
import type { IdTokenIdentity } from "../entra/id-token.ts";
import type { Environment } from "../platform/env.ts";
import {
  beginIdentitySignIn,
  openSignInSchema,
  redeemIdentity,
  type SealedSignIn,
} from "./identity-sign-in.ts";

/**
 * The sign-in by which an administrator proves to be one of the tenant that Microsoft named after the
 * consent: that name came through a browser, which can name any tenant. Its secrets are sealed in a
 * cookie of the browser, since no object is addressed before the tenant is proven.
 */

const askedSchema = openSignInSchema.pick({ tenant: true }).extend({
  /** Who started, at the host. */
  user_id: z.string(),
  return_url: z.string(),
});
/** What is to be proven, and for whom. The tenant is a claim: so the callback of the consent said. */
export type ProofAsked = z.infer<typeof askedSchema>;

/** What the browser keeps of such a sign-in. */
export const openProofSchema = askedSchema.extend({
  ...openSignInSchema.shape,
  /** The first attempt shows no page; where Microsoft wants one, a second does. */
  silent: z.boolean(),
});
/** A sign-in under way, as its browser keeps it. */
export type OpenProof = z.infer<typeof openProofSchema>;

/** @param now milliseconds since the epoch */
export const beginProof = (
  config: Config,
  { tenant, user_id, return_url }: ProofAsked,
  { silent, now }: { silent: boolean; now: number },
): Promise<SealedSignIn> =>
  beginIdentitySignIn(
    config,
    "tenant_proof",
    { tenant, user_id, return_url, silent },
    { now, prompt: silent ? "none" : undefined },
  );

/**
 * Redeems the answer, and hands what it proves to the connection of the tenant.
 *
 * @returns the flow that the host confirms; or why nothing was proven: then no object was asked
 */
export async function finishProof(
  { env, config }: { env: Environment; config: Config },
  open: OpenProof,
  answer: DetachedAnswer,
): Promise<Result<{ flow: string; tenantId: string }, Failure>> {
  const proven = await proveAdministrator(config, open, answer);
  if (!proven.ok) return proven;
  const { tenantId, objectId, upn, name } = proven.value;
  const id = connectionIdOf({ kind: "tenant", tenantId });
  const connection = await ownStub(env, id, { creates: true });
  const proposed = await connection.proposeTenant({
    nonce: open.nonce,
    userId: open.user_id,
    administrator: { object_id: objectId, upn, name },
  });
  return proposed.ok ? ok({ flow: proposed.value.flow, tenantId }) : proposed;
}

async function proveAdministrator(
  config: Config,
  open: OpenProof,
  answer: DetachedAnswer,
): Promise<Result<IdTokenIdentity, Failure>> {
  const redeemed = await redeemIdentity(config, "tenant_proof", open, answer);
  return redeemed.ok ? (mayConnect(redeemed.value, config) ?? redeemed) : redeemed;
}

/** Why this account may not connect its tenant; undefined when it may. */
function mayConnect(
  { directoryRoles }: IdTokenIdentity,
  { tenantConnectByMembers }: Pick<Config, "tenantConnectByMembers">,
): Result<never, Failure> | undefined {
  if (tenantConnectByMembers) return undefined;
  if (directoryRoles === undefined) return err(rolesUnknown());
  return holdsAdministrator(directoryRoles) ? undefined : err(notAdministrator());
}

const notAdministrator = (): Failure =>
  failure(
    "forbidden",
    "Only an administrator of the organization can connect it, and this account is none.",
    { details: { reason: "not_administrator" } },
  );

const rolesUnknown = (): Failure =>
  failure(
    "app_misconfigured",
    "Microsoft did not say whether this account is an administrator: the application's registration must have groupMembershipClaims set to DirectoryRole.",
    { details: { reason: "directory_roles_missing" } },
  );
