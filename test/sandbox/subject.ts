import { CLIENT_ID } from "./constants.ts";
import { base64url, sha256 } from "./encoding.ts";
import type { SandboxUser } from "./world.ts";

/** The user's `sub` as this application sees it: pairwise, another one for every application. */
export async function pairwiseSubject(user: SandboxUser, tenantId: string): Promise<string> {
  return base64url(await sha256(`${CLIENT_ID}:${tenantId}:${user.upn}`));
}
