import { requestOf } from "./catalogue.ts";
import { ConnectionClient } from "./connection-client.ts";
import { ServiceOperations } from "./generated.ts";
import { type ServiceOptions, WorkerRequests } from "./requests.ts";
import type { Who } from "./who.ts";

/**
 * The Worker's HTTP routes.
 *
 * ```ts
 * const azure = new AzureClient({ baseUrl: "https://azure.example.com", apiKey });
 * const ada = azure.connection({ userId: "ada" });
 * const { data: mail, nextCursor } = await ada.graph.messages({ top: 10 });
 * ```
 *
 * Every method throws `AzureError`: `code`, `status`, `remedy`, `retry_after`, `request_id`.
 */
export class AzureClient extends ServiceOperations {
  readonly #requests: WorkerRequests;

  /** @throws AzureError `invalid_request` when the options name no credential or no address. */
  constructor(options: ServiceOptions) {
    const requests = new WorkerRequests(options);
    super(async (entry, input) => requests.send(requestOf(entry, input)));
    this.#requests = requests;
  }

  /** One user's connection. A session or a host's token reaches its own user's only. */
  connection(who: Who): ConnectionClient {
    return new ConnectionClient(this.#requests, who);
  }
}
