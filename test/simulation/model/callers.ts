import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import type {
  AccessToken,
  AuthorizationCompletion,
  ConnectionStub,
  Outcome,
} from "../../../src/contract/connection-rpc.ts";
import type { Account, Command, Service } from "./commands.ts";
import type { TokenLedger } from "./ledger.ts";
import type { Microsoft } from "./microsoft.ts";
import type { HandedToken, Operation } from "./operation.ts";
import type { Receivers } from "./receivers.ts";
import { answerOf, takenElsewhere, type Flow } from "./sign-in.ts";
import type { Tables } from "./tables.ts";

const me = "https://graph.microsoft.com/v1.0/me";
/** Milliseconds in which a sign-in has to be finished, and then confirmed. */
const signInTime = 600_000;
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
  {
    do: "call" | "token" | "refresh" | "signIn" | "begin" | "goOn" | "stray" | "import" | "restore";
  }
>;

/** What callers see of the world they call in. */
export interface Surroundings {
  readonly microsoft: Microsoft;
  readonly stub: ConnectionStub;
  readonly tables: Tables | undefined;
  readonly receivers: Receivers;
  readonly ledger: TokenLedger;
  readonly handed: HandedToken[];
  readonly faults: string[];
  readonly now: number;
  readonly step: number;
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
  /** Those that were gone on with. */
  readonly #past: Flow[] = [];

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** Whether a sign-in that was begun can still be finished. */
  get isAwaited(): boolean {
    return this.#flows.some(({ stage, until }) => stage === "begun" && until > this.#around.now);
  }

  /** The connection is no more: what was begun in it leads nowhere. */
  forget(): void {
    for (const flow of this.#flows) flow.until = -Infinity;
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
      case "stray":
        return command.browser === "same"
          ? this.#goOnAgain(command.which)
          : this.#intrude(command.which);
      case "import":
        return this.#import(command.account);
      case "restore":
        return this.#restore();
    }
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

  async #begin(account: Account, server: boolean): Promise<void> {
    const started = await this.#around.stub
      .beginAuthorization(
        server ? { start: "server", returnUrl: "https://app.example/back" } : { start: "user" },
      )
      .catch(() => undefined);
    if (started?.ok !== true) return;
    const { authUrl, state, browserBinding } = started.value;
    this.#flows.push({
      stage: "begun",
      account,
      since: this.#around.step,
      until: this.#around.now + signInTime,
      isServers: server,
      isTaken: false,
      authUrl,
      state,
      response: undefined,
      browserBinding,
    });
  }

  #goOn(which: number): void {
    const [flow] = this.#flows.splice(which % Math.max(this.#flows.length, 1), 1);
    if (flow === undefined) return;
    this.#past.push(flow);
    this.#take(flow);
  }

  /** The same answer, or the same confirmation, comes once more. */
  #goOnAgain(which: number): void {
    const flow = this.#past.at(-1 - (which % Math.max(this.#past.length, 1)));
    if (flow !== undefined) this.#take(flow);
  }

  /** The answer comes from a browser in which the sign-in was not begun. */
  #intrude(which: number): void {
    const flow = this.#flows[which % Math.max(this.#flows.length, 1)];
    if (flow?.stage !== "begun" || flow.browserBinding === undefined) return;
    const { account, since } = flow;
    this.#around.start({ kind: "sign-in", account, since }, async () => {
      const outcome = await this.#complete({ ...flow, browserBinding: "another" });
      if (outcome.ok) this.#around.faults.push("a sign-in went on in another browser");
      return outcome;
    });
  }

  #take(flow: Flow): void {
    const { account, since } = flow;
    const isOver = this.#around.now >= flow.until;
    this.#around.start({ kind: "sign-in", account, since }, async () => {
      if (flow.stage === "waiting") {
        const confirmed = await this.#around.stub.confirmAuthorization({ flow: flow.flow });
        if (confirmed.ok) this.#wentOn(flow, isOver);
        return confirmed;
      }
      const outcome = await this.#complete(flow);
      if (!outcome.ok || outcome.value.outcome === "refused") return outcome;
      this.#wentOn(flow, isOver);
      if (outcome.value.outcome === "confirmation_required") {
        const until = this.#around.now + signInTime;
        const { flow: secret } = outcome.value;
        const waiting = { ...flow, until, isTaken: false, stage: "waiting", flow: secret } as const;
        this.#flows.push(waiting);
      } else if (flow.isServers) {
        this.#around.faults.push("a sign-in of a server went on without its confirmation");
      }
      return outcome;
    });
  }

  #wentOn(flow: Flow, isOver: boolean): void {
    if (isOver) this.#around.faults.push("a sign-in went on after its end");
    if (flow.isTaken) this.#around.faults.push("a sign-in went on twice");
    flow.isTaken = true;
  }

  /** Brings the answer back, and goes on to Microsoft as often as the connection sends it there. */
  async #complete(flow: Extract<Flow, { stage: "begun" }>) {
    const { account, browserBinding } = flow;
    let { state } = flow;
    let response = (flow.response ??= await answerOf(this.#around.microsoft, flow, account));
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
    const what = { kind: "import", restores: true, account: row.upn ?? undefined } as const;
    this.#around.start(what, () => this.#around.stub.import(backup));
  }
}
