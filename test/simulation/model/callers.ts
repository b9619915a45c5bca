import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import type {
  AccessToken,
  AuthorizationCompletion,
  ConnectionStub,
  Outcome,
} from "../../../src/contract/connection-rpc.ts";
import type { Account, Command } from "./commands.ts";
import type { TokenLedger } from "./ledger.ts";
import type { Microsoft } from "./microsoft.ts";
import type { HandedToken, Operation } from "./operation.ts";
import type { Receivers } from "./receivers.ts";
import { answerOf, takenElsewhere, type Flow } from "./sign-in.ts";
import type { Tables } from "./tables.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";

export type CallerCommand = Extract<
  Command,
  { do: "call" | "token" | "refresh" | "signIn" | "begin" | "goOn" | "import" | "restore" }
>;

/** What callers see of the world they call in. */
export interface Surroundings {
  readonly microsoft: Microsoft;
  readonly stub: ConnectionStub;
  readonly tables: Tables | undefined;
  readonly receivers: Receivers;
  readonly ledger: TokenLedger;
  readonly handed: HandedToken[];
  readonly now: number;
  readonly step: number;
  readonly life: number;
  /** Milliseconds by which the clock was set back in all. */
  readonly skew: number;
  /** What went wrong where no table shows it. */
  readonly faults: string[];
  /** Notes what is begun, and its end when it comes. */
  start(
    what: Pick<Operation, "kind"> & Partial<Operation>,
    work: (operation: Operation) => Promise<unknown>,
  ): void;
}

/** Everybody who asks something of the connection: programs that call, and people who sign in. */
export class Callers {
  readonly #around: Surroundings;
  readonly #flows: Flow[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  async take(command: CallerCommand): Promise<void> {
    switch (command.do) {
      case "call":
        return this.#call(command.service);
      case "token":
        return this.#token(command);
      case "refresh":
        return this.#around.start({ kind: "refresh" }, () =>
          this.#around.stub.refresh({ resource: command.resource }),
        );
      case "signIn":
        await this.#begin(command.account, false);
        return this.#goOn(this.#flows.length - 1);
      case "begin":
        return this.#begin(command.account, command.server);
      case "goOn":
        return this.#goOn(command.which);
      case "import":
        return this.#import(command.account);
      case "restore":
        return this.#restore();
    }
  }

  #call(service: "graph" | "arm"): void {
    const url = service === "graph" ? me : subscriptions;
    const asked = { resource: service, tenantId: undefined };
    this.#around.start({ kind: "call", asked }, async ({ id }) => {
      const response = await this.#around.stub.fetch(url, { headers: { "client-request-id": id } });
      await response.arrayBuffer();
      return response.status;
    });
  }

  #token({ resource, isForeignTenant, stale }: Extract<Command, { do: "token" }>): void {
    const home = this.#around.tables?.grant.homeTenant ?? null;
    const tenantId = isForeignTenant
      ? home === CONTOSO_TENANT
        ? FABRIKAM_TENANT
        : CONTOSO_TENANT
      : undefined;
    const row = this.#around.tables?.rows.find(
      (one) => one.resource === resource && one.tenantId === (tenantId ?? home),
    );
    const generation = row?.generation ?? 0;
    const staleGeneration =
      stale === "no" ? undefined : stale === "current" ? generation : Math.max(0, generation - 1);
    const asked = { resource, tenantId, staleGeneration };
    this.#around.start({ kind: "token", asked }, async (operation) => {
      const outcome: Outcome<AccessToken> = await this.#around.stub.accessToken({
        resource,
        ...(tenantId !== undefined && { tenantId }),
        ...(staleGeneration !== undefined && { staleGeneration }),
      });
      if (outcome.ok) {
        const { token, generation: told, expires_at: expires } = outcome.value;
        this.#around.handed.push({
          operation,
          token,
          generation: told,
          expiresAt: Date.parse(expires),
          at: this.#around.now,
        });
      }
      return outcome;
    });
  }

  async #begin(account: Account, server: boolean): Promise<void> {
    const started = await this.#around.stub
      .beginAuthorization(
        server ? { start: "server", returnUrl: "https://app.example/back" } : { start: "user" },
      )
      .catch(() => undefined);
    if (started?.ok !== true) return;
    const { state, browserBinding } = started.value;
    const response = await answerOf(this.#around.microsoft, started.value, account);
    this.#flows.push({
      stage: "answered",
      account,
      since: this.#around.step,
      state,
      response,
      browserBinding,
    });
  }

  #goOn(which: number): void {
    const [flow] = this.#flows.splice(which % Math.max(this.#flows.length, 1), 1);
    if (flow === undefined) return;
    const { account, since } = flow;
    this.#around.start({ kind: "sign-in", account, since }, async () => {
      if (flow.stage === "waiting")
        return this.#around.stub.confirmAuthorization({ flow: flow.flow });
      const outcome = await this.#complete(flow);
      if (outcome.ok && outcome.value.outcome === "confirmation_required") {
        this.#flows.push({ stage: "waiting", account, since, flow: outcome.value.flow });
      }
      return outcome;
    });
  }

  /** Brings the answer back, and goes on to Microsoft as often as the connection sends it there. */
  async #complete(flow: Extract<Flow, { stage: "answered" }>) {
    const { account, browserBinding } = flow;
    let { state, response } = flow;
    for (;;) {
      const outcome: Outcome<AuthorizationCompletion> =
        await this.#around.stub.completeAuthorization({
          state,
          response,
          ...(browserBinding !== undefined && { browserBinding }),
        });
      if (!outcome.ok || outcome.value.outcome !== "continued") return outcome;
      ({ state } = outcome.value);
      response = await answerOf(this.#around.microsoft, outcome.value, account);
    }
  }

  async #import(account: Account): Promise<void> {
    const tokens = await takenElsewhere(this.#around.microsoft, account);
    this.#around.ledger.issued(tokens);
    const { refreshToken } = tokens;
    this.#around.start({ kind: "import", account }, () =>
      this.#around.stub.import({ refreshToken }),
    );
  }

  /** As an operator does, from the directory's row. */
  #restore(): void {
    const { row } = this.#around.receivers;
    if (row === undefined || row.refresh_token === null || row.tenant_id === null) return;
    const backup = {
      sealedRefreshToken: row.refresh_token,
      tenantId: row.tenant_id,
      scopes: row.scope?.split(" ") ?? [],
      version: row.version,
    };
    this.#around.start({ kind: "import", account: row.upn ?? undefined }, () =>
      this.#around.stub.import(backup),
    );
  }
}
