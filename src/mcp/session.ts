import type { Caller } from "../callers/caller.ts";
import { chosenConnection } from "../callers/owner.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import { AzureError, invalidField, type Failure } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, type Result } from "../contract/result.ts";
import { serviceOf, type Context } from "../front/context.ts";
import { authenticate, countedCaller, labelInQuery, userIdInQuery } from "../front/require.ts";
import type { ServiceContext } from "../operations/context.ts";
import { looksLikeMcpToken } from "../callers/mcp-token-form.ts";
import type { McpTokenCaller } from "../oauth/mcp-token.ts";
import { authenticateMcpToken } from "./access-token.ts";
import { defaultToolsets, isToolset, toolsets, type Toolset } from "../contract/toolset.ts";

/** Who calls tools, on whose connection, and which tools there are. It lives for one HTTP request. */
export interface McpSession {
  service: ServiceContext;
  userId: string;
  label: string | undefined;
  connectionId: string;
  /** Whether the client was given this account of the user alone. */
  oneAccount: boolean;
  /** Of a client that registered with the authorization server. */
  clientId: string | undefined;
  toolsets: ReadonlySet<Toolset>;
  /** Lets something end after the answer. */
  afterwards: (work: Promise<unknown>) => void;
}

const parameters: ReadonlySet<string> = new Set(["user_id", "label", "toolsets", "readonly"]);

/**
 * Reads who calls and what the address says: `?user_id=`, `?label=`, `?toolsets=`, `?readonly=1`.
 *
 * @throws AzureError `unauthenticated`, `throttled`, `forbidden` for another user, `invalid_request` naming the parameter
 */
export async function openSession(c: Context): Promise<McpSession> {
  const { caller, grant } = await callerAt(c);
  c.set("caller", caller);
  const unknown = Object.keys(c.req.query()).find((name) => !parameters.has(name));
  if (unknown !== undefined) {
    throw new AzureError(invalidField(unknown, "is not a parameter of this request"));
  }
  const asked = labelInQuery(c);
  if (grant?.label !== undefined && asked !== undefined && asked !== grant.label) {
    throw new AzureError(invalidField("label", "is not that of the account this client may use"));
  }
  const label = grant?.label ?? asked;
  const choice = { userId: userIdInQuery(c), label };
  const connectionId = orThrow(chosenConnection(caller, choice));
  c.set("connectionId", connectionId);
  const readOnly = readOnlyIn(c.req.query("readonly"));
  return {
    service: { ...serviceOf(c), cursors: "bound", ...(readOnly && { readOnly }) },
    userId: userOf(connectionId),
    label,
    connectionId,
    oneAccount: grant?.label !== undefined,
    clientId: grant?.clientId,
    toolsets: toolsetsIn(c.req.query("toolsets")),
    afterwards: (work) => c.executionCtx.waitUntil(work),
  };
}

async function callerAt(c: Context): Promise<{ caller: Caller; grant?: McpTokenCaller }> {
  const [, token] = /^Bearer +(\S+)$/i.exec(c.req.header("authorization") ?? "") ?? [];
  if (token === undefined || !looksLikeMcpToken(token)) return { caller: await authenticate(c) };
  const granted: Result<McpTokenCaller, Failure> = await authenticateMcpToken(c, token);
  if (!granted.ok) return { caller: await countedCaller(c, err(granted.error)) };
  const { value: grant } = granted;
  return { caller: await countedCaller(c, { ok: true, value: grant.caller }), grant };
}

/** A choice without a connection id is a user's. */
function userOf(connectionId: string): string {
  const owner = parseConnectionId(connectionId);
  if (owner?.kind !== "user") throw new Error("a user's connection was chosen");
  return owner.userId;
}

/** @throws AzureError `invalid_request` naming `readonly` */
function readOnlyIn(value: string | undefined): true | undefined {
  if (value === undefined || value === "0" || value === "false") return undefined;
  if (value === "1" || value === "true") return true;
  throw new AzureError(invalidField("readonly", "must be 1 or 0"));
}

/** @throws AzureError `invalid_request` naming `toolsets` */
function toolsetsIn(value: string | undefined): ReadonlySet<Toolset> {
  if (value === undefined) return new Set(defaultToolsets);
  const names = value.split(",").map((name) => name.trim());
  return new Set(
    names.map((name) => {
      if (isToolset(name)) return name;
      throw new AzureError(invalidField("toolsets", `must be some of ${toolsets.join(", ")}`));
    }),
  );
}
