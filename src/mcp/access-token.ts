import type { Caller } from "../callers/caller.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, type Result } from "../contract/result.ts";
import type { Context } from "../front/context.ts";

/** What an access token of our own authorization server stands for. */
export interface McpGrant {
  /** Of kind `mcp`: always one user. */
  caller: Caller;
  /** The user's other account that the client was connected to. */
  label?: string;
  /** Of the registered client. */
  clientId: string;
}

/** Whether a token has the form of our authorization server's: three parts and two colons. */
export const looksLikeMcpToken = (token: string): boolean => /^[^:]+:[^:]+:[^:]+$/.test(token);

/** @returns `unauthenticated` for a token that is not valid, or no longer */
export async function authenticateMcpToken(
  _c: Context,
  _token: string,
): Promise<Result<McpGrant, Failure>> {
  // No authorization server is part of this Worker yet, so none of its tokens exist.
  return err(failure("unauthenticated", "This credential is not valid, or no longer."));
}
