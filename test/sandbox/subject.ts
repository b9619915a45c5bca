import { CLIENT_ID } from "./constants.ts";
import { base64url, sha256 } from "./encoding.ts";
import type { SandboxUser } from "./world.ts";

/** The `sub` of a user, in id tokens and at the userinfo endpoint alike: pairwise per application. */
export const subjectOf = async ({ upn }: SandboxUser, tenantId: string): Promise<string> =>
  base64url(await sha256(`${CLIENT_ID}:${tenantId}:${upn}`));
