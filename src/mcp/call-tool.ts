import type { CallToolResult, InputRequiredResult } from "@modelcontextprotocol/server";
import type { Failure } from "../contract/errors.ts";
import { failureOf, parseInput } from "../operations/failures.ts";
import { admit } from "../operations/serve.ts";
import { keepAuditLine } from "../oauth/tool-audit.ts";
import { log } from "../platform/log.ts";
import { agreement } from "./approval.ts";
import type { Client } from "./asking.ts";
import { auditLine } from "./audit.ts";
import { linkOf, waitUntilConnected } from "./connect-link.ts";
import { asArgument, errorResult, resultOf } from "./results.ts";
import { inputOf } from "./schemas.ts";
import type { McpSession } from "./session.ts";
import { ToolCall } from "./tool-call.ts";
import type { Tool } from "./tool.ts";

type Answer = CallToolResult | InputRequiredResult;

/** An answer, and the word that the audit line has for it. */
interface Ended {
  answer: Answer;
  outcome: string;
}

/**
 * Calls a tool once, and writes its audit line, to the log and for the file of its connection. Whatever
 * goes wrong is a result that says so.
 */
export async function callTool(
  session: McpSession,
  tool: Tool,
  args: unknown,
  client: Client,
): Promise<Answer> {
  const call = new ToolCall(session, client);
  const { now } = session.service;
  const began = now();
  const { answer, outcome } = await ended(call, tool, args);
  const line = auditLine(call, { tool: tool.name, outcome, durationMs: now() - began });
  log(line);
  const keeping = keepAuditLine(session.service.env, session.connectionId, line, now());
  // The log has it in any case.
  session.afterwards(keeping.catch(() => undefined));
  return answer;
}

async function ended(call: ToolCall, tool: Tool, args: unknown): Promise<Ended> {
  const { service } = call.session;
  try {
    admit(service, [tool.scope]);
    const input = parseInput(inputOf(tool), args ?? {});
    const more = tool.moreScope?.(input);
    // Nobody is asked about what is refused anyway.
    if (more !== undefined) admit(service, [more]);
    const question = await agreement(call, tool, input);
    if (question !== undefined) return { answer: question, outcome: "input_required" };
    if (call.client.connects === "accept") await waitUntilConnected(call);
    return { answer: resultOf(await tool.run(call, input)), outcome: "ok" };
  } catch (error) {
    const failure = asArgument(failureOf(error, service.requestId));
    call.upstreamRequestId = failure.details?.upstream_request_id ?? call.upstreamRequestId;
    return await failed(call, failure);
  }
}

/** An error that a link of ours repairs is put to the person where the client can do that. */
async function failed({ session, client }: ToolCall, failure: Failure): Promise<Ended> {
  const link = await linkOf(session, failure);
  return link !== undefined && client.opensUrls && client.connects !== "decline"
    ? { answer: client.askToConnect(failure.message, link), outcome: "input_required" }
    : { answer: errorResult(failure, link), outcome: failure.code };
}
