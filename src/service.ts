import { WorkerEntrypoint } from "cloudflare:workers";
import type * as z from "zod";
import type { Caller } from "./callers/caller.ts";
import { scopes as everyScope } from "./contract/scope.ts";
import { mintSession } from "./callers/session.ts";
import { configOf, type Config } from "./config/config.ts";
import { connectionIdOf } from "./contract/connection-id.ts";
import type { AuthorizationStart, ConnectionInfo } from "./contract/connection-info.ts";
import { connectionStub, type ConnectionStub } from "./connection/stub.ts";
import type { ListedConnection } from "./directory/entry.ts";
import type { Environment } from "./platform/env.ts";
import { AzureError, failure, type ErrorCode } from "./contract/errors.ts";
import { log } from "./platform/log.ts";
import * as azure from "./operations/azure.ts";
import { listEvents } from "./operations/calendar.ts";
import * as connections from "./operations/connections.ts";
import { directoryIn, listConnections } from "./operations/directory.ts";
import { listMail } from "./operations/mail.ts";
import { orThrow } from "./contract/or-throw.ts";
import type { Page } from "./operations/page.ts";
import { getUser } from "./operations/people.ts";
import { targetOf, type Target } from "./operations/target.ts";
import type { Plain } from "./rpc/plain.ts";
import { failureOf } from "./front/failures.ts";
import { admit, methods, nameOf, wholeStub, type Method, type RequestOf } from "./rpc/admit.ts";
import { rpcLine, type ServiceTrace } from "./rpc/trace.ts";

/** What a sibling's configuration says of it: `services[].props`. */
export interface CallerProps {
  /** The sibling's name. */
  caller?: string;
  /** Absent: everything but `admin`. */
  scopes?: readonly string[];
}

/**
 * The Worker as its siblings call it, over a service binding. Every method takes one object, returns
 * plain data, and throws `AzureError`, of which a sibling sees `code`, `status` and the rest.
 */
export class AzureService extends WorkerEntrypoint<Environment, CallerProps> {
  /** Starts a sign-in that the host will confirm. @throws `invalid_request` naming the field */
  beginConnect(request: RequestOf<"beginConnect">): Promise<AuthorizationStart> {
    return this.#call(methods.beginConnect, request, async (target, input) => {
      const { userId: _, label: __, ...options } = input;
      const start = await connections.beginConnect(target, {
        start: "server",
        // This method needs connections:write.
        mayAddLabel: true,
        ...options,
      });
      return { authUrl: start.authUrl, state: start.state, expiresAt: start.expiresAt };
    });
  }

  /** Confirms that this user is who signed in. @throws `not_found` for another user's flow */
  confirmConnect(request: RequestOf<"confirmConnect">): Promise<ConnectionInfo> {
    return this.#call(methods.confirmConnect, request, connections.confirmConnect);
  }

  /** Completes a sign-in whose callback the host took itself. @throws `not_found` for another user's state */
  completeConnect(request: RequestOf<"completeConnect">): Promise<ConnectionInfo> {
    return this.#answer(methods.completeConnect, async (call) => {
      const { sessionSecret } = call.config;
      const input = admit(call.caller, methods.completeConnect, request);
      const id = await connections.connectionOfState(sessionSecret, input.state, input);
      return connections.completeConnect(this.#targetOf(call, id), input);
    });
  }

  disconnect(request: RequestOf<"disconnect">): Promise<ConnectionInfo> {
    return this.#call(methods.disconnect, request, connections.disconnect);
  }

  getConnection(request: RequestOf<"getConnection">): Promise<ConnectionInfo> {
    return this.#call(methods.getConnection, request, connections.getConnection);
  }

  /** The user's connections, one for each label. They may lag behind their changes by seconds. */
  listConnections(request: RequestOf<"listConnections">): Promise<Page<ListedConnection>> {
    return this.#answer(methods.listConnections, async ({ config: { sessionSecret }, caller }) => {
      const query = admit(caller, methods.listConnections, request);
      return listConnections(directoryIn(this.env), { caller, sessionSecret }, query);
    });
  }

  /** The stub: a signed-in `fetch`, and the rest of the connection's surface. Await it before use. */
  connection(request: RequestOf<"connection">): Promise<ConnectionStub> {
    return this.#answer(methods.connection, async (call) => {
      call.connectionId = idOf(admit(call.caller, methods.connection, request));
      return connectionStub(this.env, call.connectionId);
    });
  }

  /** A token for one user's browser. @throws `forbidden` for a scope this sibling lacks */
  createSession(
    request: RequestOf<"createSession">,
  ): Promise<{ token: string; expiresAt: string }> {
    return this.#answer(methods.createSession, async ({ config, caller }) => {
      const input = admit(caller, methods.createSession, request);
      return orThrow(await mintSession(config.sessionSecret, caller, input, Date.now()));
    });
  }

  getUser(request: RequestOf<"getUser">): ReturnType<typeof getUser> {
    return this.#call(methods.getUser, request, getUser);
  }

  getMail(request: RequestOf<"getMail">): ReturnType<typeof listMail> {
    return this.#call(methods.getMail, request, listMail);
  }

  /** With `start` and `end`, a series shows as its occurrences. */
  getCalendarEvents(request: RequestOf<"getCalendarEvents">): ReturnType<typeof listEvents> {
    return this.#call(methods.getCalendarEvents, request, listEvents);
  }

  listSubscriptions(
    request: RequestOf<"listSubscriptions">,
  ): ReturnType<typeof azure.listSubscriptions> {
    return this.#call(methods.listSubscriptions, request, azure.listSubscriptions);
  }

  listResourceGroups(
    request: RequestOf<"listResourceGroups">,
  ): ReturnType<typeof azure.listResourceGroups> {
    return this.#call(methods.listResourceGroups, request, azure.listResourceGroups);
  }

  listResources(request: RequestOf<"listResources">): Promise<PlainResources> {
    return this.#call(
      methods.listResources,
      request,
      (target, input) =>
        // Microsoft's JSON, whose open fields the types of RPC have to be told of.
        azure.listResources(target, input) as Promise<PlainResources>,
    );
  }

  /** One method: the sibling's scopes, the input, the user's connection, the work. */
  #call<Input extends z.ZodType<Owner>, Value>(
    method: Method<Input>,
    request: unknown,
    work: (target: Target, input: z.output<Input>) => Promise<Value>,
  ): Promise<Value> {
    return this.#answer(method, async (call) => {
      const input = admit(call.caller, method, request);
      return work(this.#targetOf(call, idOf(input)), input);
    });
  }

  #targetOf(call: ServiceCall, connectionId: string): Target {
    call.connectionId = connectionId;
    return targetOf(this.env, call.config, connectionId, {
      requestId: call.requestId,
      waitOnThrottle: true,
      answered: (id) => {
        call.upstreamRequestId = id;
      },
    });
  }

  /** Whatever goes wrong reaches the sibling as an `AzureError` without a stack of ours. */
  async #answer<Value>(
    method: Method<z.ZodType>,
    work: (call: ServiceCall) => Promise<Value>,
  ): Promise<Value> {
    const trace: ServiceTrace = { requestId: crypto.randomUUID() };
    const caller = siblingOf(this.ctx.props);
    const began = Date.now();
    const told = (outcome: "ok" | ErrorCode) => {
      const end = { method: nameOf(method), caller, outcome, durationMs: Date.now() - began };
      log(rpcLine(end, trace));
    };
    try {
      const config = configOf(this.env);
      if (!config.ok) {
        const { variable, message } = config.error;
        throw new AzureError(failure("app_misconfigured", message, { details: { variable } }));
      }
      const value = await work(Object.assign(trace, { config: config.value, caller }));
      told("ok");
      return value;
    } catch (error) {
      const reason = failureOf(error, trace.requestId);
      trace.upstreamRequestId = reason.details?.upstream_request_id ?? trace.upstreamRequestId;
      told(reason.code);
      throw new AzureError(reason);
    }
  }
}

interface ServiceCall extends ServiceTrace {
  config: Config;
  caller: Caller;
}

interface Owner {
  userId: string;
  label?: string | undefined;
}
type PlainResources = Plain<Awaited<ReturnType<typeof azure.listResources>>>;

const idOf = ({ userId, label }: Owner): string =>
  connectionIdOf({ kind: "user", userId, ...(label !== undefined && { label }) });

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
