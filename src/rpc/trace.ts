import type { Caller } from "../callers/caller.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { errorStatuses, type ErrorCode } from "../contract/errors.ts";
import type { RpcLogLine } from "../platform/log.ts";
import { defined } from "../contract/defined.ts";

/** What the log will say of a sibling's call, as far as it has come. */
export interface RpcTrace {
  requestId: string;
  connectionId?: string | undefined;
  /** Microsoft's, of the last answer that had one. */
  upstreamRequestId?: string | undefined;
}

interface End {
  method: string;
  caller: Caller;
  outcome: "ok" | ErrorCode;
  durationMs: number;
}

/** The line of a call that has ended. */
export const rpcLine = (
  { method, caller, outcome, durationMs }: End,
  { requestId, connectionId, upstreamRequestId }: RpcTrace,
): RpcLogLine => ({
  level: outcome !== "ok" && errorStatuses[outcome] >= 500 ? "warn" : "info",
  event: "rpc",
  request_id: requestId,
  method,
  caller: `sibling:${caller.id}`,
  outcome,
  duration_ms: durationMs,
  ...(connectionId !== undefined && { connection: connectionHash(connectionId) }),
  ...defined({ upstream_request_id: upstreamRequestId }),
});
