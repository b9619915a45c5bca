import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import type { AccessToken, OwnStub, Outcome } from "../../../src/contract/connection-rpc.ts";
import type { SessionSecret } from "../../../src/platform/keys.ts";
import type { Account, Command, Service } from "./commands.ts";
import type { TokenLedger } from "./ledger.ts";
import type { Microsoft } from "./microsoft.ts";
import type { HandedToken, Operation } from "./operation.ts";
import type { Receivers } from "./receivers.ts";
import { takenElsewhere } from "./sign-in.ts";
import type { Rows, Tables } from "./tables.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";
const inSubscription =
  "https://management.azure.com/subscriptions/00000000-0000-4000-8000-000000000001/resourcegroups?api-version=2022-12-01";

/** What is called, and what shares its limit. */
const services: Readonly<Record<Service, { url: string; resource: string; appliesTo: string }>> = {
  graph: { url: me, resource: "graph", appliesTo: "graph" },
  arm: { url: subscriptions, resource: "arm", appliesTo: "arm:tenant:read" },
  subscription: {
    url: inSubscription,
    resource: "arm",
    appliesTo: "arm:00000000-0000-4000-8000-000000000001:read",
  },
};

export type CallerCommand = Extract<
  Command,
  { do: "call" | "token" | "refresh" | "import" | "restore" }
>;

/** What callers see of the world they call in. */
export interface Surroundings {
  /** Of the connection. */
  readonly id: string;
  readonly sessionSecret: SessionSecret;
  readonly microsoft: Microsoft;
  readonly stub: OwnStub;
  readonly tables: Tables | undefined;
  /** The same, as it is stored. */
  readonly rows: Rows | undefined;
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

/** Programs that ask something of the connection. */
export class Callers {
  readonly #around: Surroundings;

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
        return this.#refresh(command.resource);
      case "import":
        return this.#import(command.account);
      case "restore":
        return this.#restore();
    }
  }

  #refresh(resource: "graph" | "arm"): void {
    // Graph's is the token that is refreshed where none is named.
    const options = resource === "graph" ? undefined : { resource };
    this.#around.start({ kind: "refresh" }, () => this.#around.stub.refresh(options));
  }

  #call(service: Service): void {
    const { url, resource, appliesTo } = services[service];
    const asked = { resource, tenantId: undefined, appliesTo };
    this.#around.start({ kind: "call", asked }, async ({ id }) => {
      const response = await this.#around.stub.fetch(url, { headers: { "client-request-id": id } });
      await response.arrayBuffer();
      return { status: response.status, refused: response.headers.get("x-azure-error") };
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

  /** More resources than a connection holds tokens for. */
  manyResources(): void {
    for (let place = 0; place < 26; place += 1) {
      const resource = `https://r${place}.example`;
      this.#around.start({ kind: "stray" }, () => this.#around.stub.accessToken({ resource }));
    }
  }

  /**
   * One token after the other is refused and renewed, until the log of events is longer than is kept.
   *
   * @param reports what receivers get is compared with the whole log: then not so many
   */
  manyTokens(reports: boolean): void {
    const { stub } = this.#around;
    this.#around.start({ kind: "stray" }, async () => {
      let staleGeneration = 0;
      for (let count = 0; count < (reports ? 20 : 165); count += 1) {
        const outcome = await stub.accessToken({ resource: "arm", staleGeneration });
        if (!outcome.ok) return outcome;
        staleGeneration = outcome.value.generation;
      }
      return "renewed";
    });
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
    const what = { kind: "import", restores: true, account: row.upn ?? undefined } as const;
    this.#around.start(what, () => this.#around.stub.import(backup));
  }
}
