import { connectionStub } from "../connection/stub.ts";
import { invalidField, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { permissionOf } from "../graph/permission-of.ts";
import { textWithin } from "../http/bounded-text.ts";
import { connectionHash } from "../platform/connection-hash.ts";
import { log } from "../platform/log.ts";
import type { ServiceContext } from "./context.ts";

/** What an operator asks of Microsoft as a connection: to read something. */
export interface ConsoleRun {
  connectionId: string;
  service: "graph" | "arm";
  /** Below the endpoint of the service, with its query: `/v1.0/me`. */
  path: string;
}

/** Microsoft's answer to it. */
export interface ConsoleRunResult {
  status: number;
  /** What the call needed: a permission of Graph, or the service. */
  permission: string;
  /** Null: it is longer than 256 KiB. */
  body: string | null;
}

const mostBytes = 256 * 1_024;

/**
 * Sends a GET, and writes who did so to the log: what was asked for and what came is in no line.
 *
 * @returns `invalid_request` naming `path` for an address outside the endpoint
 */
export async function runForConsole(
  { connectionId, service, path }: ConsoleRun,
  { env, config, caller, requestId, now }: ServiceContext,
): Promise<Result<ConsoleRunResult, Failure>> {
  const { graphEndpoint, armEndpoint } = config.cloud;
  const endpoint = service === "graph" ? graphEndpoint : armEndpoint;
  const url = URL.parse(`${endpoint}${path}`);
  if (!url?.href.startsWith(`${endpoint}/`)) {
    return err(invalidField("path", "must be below the service, such as /v1.0/me"));
  }
  const began = now();
  const connection = await connectionStub(env, connectionId);
  const answer = await connection.fetch(url, { headers: { "client-request-id": requestId } });
  const { status } = answer;
  const body = await textWithin(answer.body, mostBytes);
  const permission = service === "graph" ? permissionOf("GET", url) : service;
  log({
    level: "info",
    event: "console_run",
    request_id: requestId,
    operator: connectionHash(caller.id),
    connection: connectionHash(connectionId),
    permission,
    status,
    duration_ms: now() - began,
  });
  return ok({ status, permission, body: body ?? null });
}
