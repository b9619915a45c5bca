import { WorkerEntrypoint } from "cloudflare:workers";
import { listContacts } from "./api/contacts.ts";
import { getCalendarEvents } from "./api/calendar.ts";
import { confirmConnect, disconnect, getConnection, listConnections } from "./api/connections.ts";
import { createSession } from "./api/credentials.ts";
import { searchFiles } from "./api/files.ts";
import { getMail, listMailFolders } from "./api/mail.ts";
import { completeMcpSignIn, listMcpGrants, revokeMcpGrant } from "./api/mcp-grants.ts";
import type { ResultOf } from "./api/operation.ts";
import { getUser } from "./api/people.ts";
import { listResourceGroups } from "./api/resource-groups.ts";
import { queryResources } from "./api/resource-query.ts";
import { listResources } from "./api/resources.ts";
import { listSubscriptions } from "./api/subscriptions.ts";
import { createWatch, deleteWatch, listChanges, listWatches } from "./api/watches.ts";
import type { Caller } from "./callers/caller.ts";
import { configOf } from "./config/config.ts";
import { connectionStub } from "./connection/stub.ts";
import type { ConnectionStub } from "./contract/connection-rpc.ts";
import { userConnectionId } from "./contract/connection-owner.ts";
import type { ConnectionInfo } from "./contract/connection-info.ts";
import type { AuthorizationStart } from "./contract/connection-rpc.ts";
import { AzureError, type ErrorCode } from "./contract/errors.ts";
import { defined } from "./contract/defined.ts";
import { orThrow } from "./contract/or-throw.ts";
import { scopes as everyScope } from "./contract/scope.ts";
import { connectionContext, type ServiceContext } from "./operations/context.ts";
import { failureOf } from "./operations/failures.ts";
import { servedBy } from "./operations/index.ts";
import { perform } from "./operations/serve.ts";
import { beginSignIn, completeConnect, connectionOfState } from "./operations/sign-in.ts";
import { connectTenant, tenantConnectionId } from "./operations/tenants.ts";
import type { Environment } from "./platform/env.ts";
import { log } from "./platform/log.ts";
import {
  admit,
  admitOperation,
  admitStub,
  connectionIdOfOwner,
  methods,
  wholeStub,
  type MethodRequest,
  type OperationRequest,
  type Owner,
  type RpcOperation,
  type RpcOperations,
  type TenantOwner,
} from "./rpc/admit.ts";
import type { Plain } from "./rpc/plain.ts";
import { rpcLine, type RpcTrace } from "./rpc/trace.ts";

/** What a sibling's configuration says of it: `services[].props`. */
export interface CallerProps {
  /** The sibling's name. */
  caller?: string;
  /** Absent: everything but `admin`. */
  scopes?: readonly string[];
}

/** Microsoft's JSON, whose open fields the types of RPC have to know of. */
type PlainResources = Plain<ResultOf<typeof listResources>>;
type PlainRows = Plain<ResultOf<typeof queryResources>>;
type Session = { token: string; expiresAt: string };
/** The compiler demands a method here for every operation that siblings may ask for. */
type EveryOperation = Omit<RpcOperations, "listResources" | "queryResources" | "createSession">;

/**
 * The Worker as its siblings call it, over a service binding. Every method takes one object, returns
 * plain data, and throws `AzureError`, of which a sibling sees `code`, `status` and the rest.
 */
export class AzureService
  extends WorkerEntrypoint<Environment, CallerProps>
  implements EveryOperation
{
  /** Starts a sign-in that the host will confirm. @throws `invalid_request` naming the field */
  beginConnect(request: MethodRequest<"beginConnect">): Promise<AuthorizationStart> {
    return this.#answer("beginConnect", async (call) => {
      const { userId, label, ...options } = admit(call.caller, methods.beginConnect, request);
      call.connectionId = userConnectionId({ userId, label });
      const start = await beginSignIn(this.env, {
        connectionId: call.connectionId,
        start: "server",
        // This method needs connections:write.
        mayAddLabel: true,
        ...defined(options),
      });
      return { authUrl: start.authUrl, state: start.state, expiresAt: start.expiresAt };
    });
  }

  /** Confirms that this user is who signed in. @throws `not_found` for another user's flow */
  confirmConnect(request: OperationRequest<typeof confirmConnect>) {
    return this.#run(confirmConnect, request);
  }

  /** Completes a sign-in whose callback the host took itself. @throws `not_found` for another user's state */
  completeConnect(request: MethodRequest<"completeConnect">): Promise<ConnectionInfo> {
    return this.#answer("completeConnect", async (call) => {
      const input = admit(call.caller, methods.completeConnect, request);
      const { sessionSecret } = call.config;
      call.connectionId = await connectionOfState(sessionSecret, input.state, input);
      return completeConnect(call, call.connectionId, input);
    });
  }

  disconnect(request: OperationRequest<typeof disconnect>) {
    return this.#run(disconnect, request);
  }

  getConnection(request: OperationRequest<typeof getConnection>) {
    return this.#run(getConnection, request);
  }

  /** The user's connections, one for each label; without a user, all (`admin`). They may lag by seconds. */
  listConnections(request: OperationRequest<typeof listConnections>) {
    return this.#run(listConnections, request);
  }

  /** The stub: a signed-in `fetch`, and the rest of the connection's surface. Await it before use. */
  connection(
    request: MethodRequest<"connection"> | Pick<TenantOwner, "tenantId">,
  ): Promise<ConnectionStub> {
    return this.#answer("connection", async (call) => {
      call.connectionId = admitStub(call.caller, request);
      // A sibling may begin a sign-in by the stub.
      return connectionStub(this.env, call.connectionId, { creates: true });
    });
  }

  /** Connects a tenant for the application itself, on the caller's word. @throws `action_required` with the remedy */
  connectTenant(request: MethodRequest<"connectTenant">): Promise<ConnectionInfo> {
    return this.#answer("connectTenant", async (call) => {
      const { tenantId } = admit(call.caller, methods.connectTenant, request);
      call.connectionId = tenantConnectionId(call.config, tenantId);
      return connectTenant(call, tenantId);
    });
  }

  /** A token for one user's browser. @throws `forbidden` for a scope this sibling lacks */
  async createSession(request: OperationRequest<typeof createSession>): Promise<Session> {
    const { token, expires_at: expiresAt } = await this.#run(createSession, request);
    return { token, expiresAt };
  }

  getUser(request: OperationRequest<typeof getUser>) {
    return this.#run(getUser, request);
  }

  getMail(request: OperationRequest<typeof getMail>) {
    return this.#run(getMail, request);
  }

  listMailFolders(request: OperationRequest<typeof listMailFolders>) {
    return this.#run(listMailFolders, request);
  }

  searchFiles(request: OperationRequest<typeof searchFiles>) {
    return this.#run(searchFiles, request);
  }

  /** With `start` and `end`, a series shows as its occurrences. */
  getCalendarEvents(request: OperationRequest<typeof getCalendarEvents>) {
    return this.#run(getCalendarEvents, request);
  }

  listContacts(request: OperationRequest<typeof listContacts>) {
    return this.#run(listContacts, request);
  }

  listSubscriptions(request: OperationRequest<typeof listSubscriptions>) {
    return this.#run(listSubscriptions, request);
  }

  listResourceGroups(request: OperationRequest<typeof listResourceGroups>) {
    return this.#run(listResourceGroups, request);
  }

  listResources(request: OperationRequest<typeof listResources>): Promise<PlainResources> {
    return this.#run(listResources, request) as Promise<PlainResources>;
  }

  /** Rows of Resource Graph, from as many subscriptions as the account may read. */
  queryResources(request: OperationRequest<typeof queryResources>): Promise<PlainRows> {
    return this.#run(queryResources, request) as Promise<PlainRows>;
  }

  /** Says who is signed in at the host's page, for an MCP client. @throws `not_found` for a state not made here */
  completeMcpSignIn(request: OperationRequest<typeof completeMcpSignIn>) {
    return this.#run(completeMcpSignIn, request);
  }

  /** The MCP clients that act for a user. */
  listMcpGrants(request: OperationRequest<typeof listMcpGrants>) {
    return this.#run(listMcpGrants, request);
  }

  revokeMcpGrant(request: OperationRequest<typeof revokeMcpGrant>) {
    return this.#run(revokeMcpGrant, request);
  }

  /** Has changes of a resource of Graph reported. The same again is the same watch. */
  watch(request: OperationRequest<typeof createWatch>) {
    return this.#run(createWatch, request);
  }

  unwatch(request: OperationRequest<typeof deleteWatch>) {
    return this.#run(deleteWatch, request);
  }

  watches(request: OperationRequest<typeof listWatches>) {
    return this.#run(listWatches, request);
  }

  /** What watches reported, oldest first. Also `graph:read`. */
  changes(request: OperationRequest<typeof listChanges>) {
    return this.#run(listChanges, request);
  }

  /** One operation: the sibling's scopes, the input, the user's connection, the work. */
  #run<Declared extends RpcOperation>(
    operation: Declared,
    request: unknown,
  ): Promise<ResultOf<Declared>> {
    return this.#answer(operation.name, async (call) => {
      const { owner, input } = admitOperation(call.caller, operation, request);
      const context = await this.#contextOf(call, owner);
      const result = await perform(servedBy(operation), context, input);
      // The work of an operation gives what its declaration says.
      return result as ResultOf<Declared>;
    });
  }

  async #contextOf(call: RpcCall, owner: Owner | undefined): Promise<ServiceContext> {
    if (owner === undefined) return call;
    const connectionId = connectionIdOfOwner(owner);
    call.connectionId = connectionId;
    return connectionContext(call, {
      connectionId,
      as: "tenantId" in owner ? owner.as : undefined,
      waitOnThrottle: true,
      answered: (id) => {
        call.upstreamRequestId = id;
      },
    });
  }

  /** Whatever goes wrong reaches the sibling as an `AzureError` without a stack of ours. */
  async #answer<Value>(method: string, work: (call: RpcCall) => Promise<Value>): Promise<Value> {
    const trace: RpcTrace = { requestId: crypto.randomUUID() };
    const caller = siblingOf(this.ctx.props);
    const now = () => Date.now();
    const began = now();
    const report = (outcome: "ok" | ErrorCode) =>
      log(rpcLine({ method, caller, outcome, durationMs: now() - began }, trace));
    try {
      const config = orThrow(configOf(this.env));
      const service = { env: this.env, config, caller, now };
      const value = await work(Object.assign(trace, service));
      report("ok");
      return value;
    } catch (error) {
      const reason = failureOf(error, trace.requestId);
      trace.upstreamRequestId = reason.details?.upstream_request_id ?? trace.upstreamRequestId;
      report(reason.code);
      throw new AzureError(reason);
    }
  }
}

type RpcCall = ServiceContext & RpcTrace;

/** The caller that props describe. They are written by the sibling's own configuration. */
function siblingOf(props: CallerProps | undefined): Caller {
  const { caller = "sibling", scopes } = props ?? {};
  return {
    kind: "sibling",
    id: caller,
    scopes: new Set(
      scopes === undefined ? wholeStub : everyScope.filter((scope) => scopes.includes(scope)),
    ),
  };
}
