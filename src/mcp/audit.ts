import { defined } from "../contract/defined.ts";
import { errorStatuses, isErrorCode } from "../contract/errors.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import type { ToolLogLine } from "../platform/log.ts";
import type { Client } from "./asking.ts";
import type { ToolCall } from "./tool-call.ts";

interface End {
  tool: string;
  outcome: string;
  durationMs: number;
}

/** The audit line of a call: who, what and how it ended. No argument and no result is in it. */
export function auditLine(
  { session, client, upstreamRequestId }: ToolCall,
  { tool, outcome, durationMs }: End,
): ToolLogLine {
  const { service, userId, connectionId, clientId } = session;
  const { kind, id } = service.caller;
  return {
    level: isErrorCode(outcome) && errorStatuses[outcome] >= 500 ? "warn" : "info",
    event: "tool",
    request_id: service.requestId,
    tool,
    caller: kind === "api_key" ? `api_key:${id}` : kind,
    user: connectionHash(userId),
    connection: connectionHash(connectionId),
    outcome,
    duration_ms: durationMs,
    ...defined({ client: clientId ?? nameOf(client), upstream_request_id: upstreamRequestId }),
  };
}

/** The name that a client gives itself, if it looks like one: what goes into a log is no free text. */
const nameOf = ({ name }: Client): string | undefined =>
  name !== undefined && /^[\w @/.-]{1,64}$/.test(name) ? name : undefined;
