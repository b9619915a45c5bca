import { base64url } from "jose";
import { isGuid } from "../contract/guid.ts";
import { parseJsonObject } from "../http/json.ts";

/**
 * An account by the tenant it lives in, as Entra's `X-AnchorMailbox` header names it:
 * `{object id}@{tenant id}`. A guest lives elsewhere than where the sign-in was.
 *
 * @returns undefined unless both are GUIDs: nothing else may get into a header
 */
export const accountAddress = (objectId: unknown, tenantId: unknown): string | undefined =>
  [objectId, tenantId].every((id) => typeof id === "string" && isGuid(id))
    ? `${objectId}@${tenantId}`.toLowerCase()
    : undefined;

/** It holds two GUIDs. */
const longestClientInfo = 1_024;

/**
 * Reads `client_info` of a token answer: base64url of `{"uid":…,"utid":…}`, the home of the account.
 * It is not signed, so it is good for routing a request and for nothing else.
 *
 * @returns the {@link accountAddress}, or undefined when it cannot be read
 */
export function homeAccountIn(clientInfo: unknown): string | undefined {
  if (typeof clientInfo !== "string" || clientInfo.length > longestClientInfo) return undefined;
  try {
    const account = parseJsonObject(new TextDecoder().decode(base64url.decode(clientInfo)));
    return accountAddress(account?.["uid"], account?.["utid"]);
  } catch {
    return undefined;
  }
}
