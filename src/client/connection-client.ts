import { requestOf, type Call } from "./catalogue.ts";
import { ArmOperations, ConnectionOperations, GraphOperations } from "./generated.ts";
import { LiveClient, type LiveOptions } from "./live-client.ts";
import type { WorkerRequests } from "./requests.ts";
import { connectionIdOf, connectionPath, ownerQuery, type Who } from "./who.ts";

/** One connection: its state, and what Microsoft shows to its user. */
export class ConnectionClient extends ConnectionOperations {
  readonly id: string;
  readonly graph: GraphOperations;
  readonly arm: ArmOperations;
  readonly #requests: WorkerRequests;
  readonly #who: Who;

  constructor(requests: WorkerRequests, who: Who) {
    const id = connectionIdOf(who);
    const path = connectionPath(who);
    super(async (entry, input) => requests.send(requestOf(entry, input, path)));
    const asOwner: Call = async (entry, input) => {
      const call = requestOf(entry, input);
      return requests.send({ ...call, query: { ...ownerQuery(who), ...call.query } });
    };
    this.id = id;
    this.graph = new GraphOperations(asOwner);
    this.arm = new ArmOperations(asOwner);
    this.#requests = requests;
    this.#who = who;
  }

  /** Status and events as they happen, until it is closed. */
  live(options: LiveOptions): LiveClient {
    return new LiveClient({
      ...options,
      baseUrl: this.#requests.baseUrl,
      who: this.#who,
      ticket: async () => (await this.ticket()).data.ticket,
    });
  }
}
