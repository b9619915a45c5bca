import { inputSchema, type Operation, type RequestOf, type ResultOf } from "../api/operation.ts";
import { connectionContext, type ConnectionContext } from "../operations/context.ts";
import { parseInput } from "../operations/failures.ts";
import { servedBy, type DeclaredOperation } from "../operations/index.ts";
import { perform } from "../operations/serve.ts";
import type { Client } from "./asking.ts";
import type { McpSession } from "./session.ts";

/** One call of a tool: whose it is, and the operations it may be done by. */
export class ToolCall {
  readonly session: McpSession;
  readonly client: Client;
  /** Microsoft's id of the last answer that had one. */
  upstreamRequestId: string | undefined;
  #context: Promise<ConnectionContext> | undefined;

  constructor(session: McpSession, client: Client) {
    this.session = session;
    this.client = client;
  }

  /** The connection of the call, made when it is first used. @throws AzureError as `connectionContext` */
  context(): Promise<ConnectionContext> {
    const { service, connectionId } = this.session;
    return (this.#context ??= connectionContext(service, {
      connectionId,
      // An agent waits as it is told: `retry_after` says how long.
      waitOnThrottle: false,
      answered: (id) => {
        this.upstreamRequestId = id;
      },
    }));
  }

  /**
   * Does an operation of the catalogue as this call's caller.
   *
   * @throws AzureError `forbidden` without its scope, or where only reading was asked for; of its work
   */
  async operation<Declared extends DeclaredOperation>(
    operation: Declared,
    request: RequestOf<Declared>,
  ): Promise<ResultOf<Declared>> {
    const { service } = this.session;
    const declared: Operation = operation;
    const input = parseInput(inputSchema(declared), request);
    const context = operation.on === "connection" ? await this.context() : service;
    // The work of an operation gives what its declaration says.
    return (await perform(servedBy(operation), context, input)) as ResultOf<Declared>;
  }
}
