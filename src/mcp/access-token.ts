import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { Context } from "../front/context.ts";
import { callerOfMcpToken, type McpTokenCaller } from "../oauth/mcp-token.ts";

/** @returns `unauthenticated` for a token that is not valid, or no longer, or for another resource */
export async function authenticateMcpToken(
  c: Context,
  token: string,
): Promise<Result<McpTokenCaller, Failure>> {
  const {
    env,
    var: { config },
  } = c;
  const caller = await callerOfMcpToken({ env, config, now: () => Date.now() }, token);
  return caller === undefined
    ? err(failure("unauthenticated", "This credential is not valid, or no longer."))
    : ok(caller);
}
