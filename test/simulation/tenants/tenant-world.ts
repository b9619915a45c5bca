import type { OwnStub, Outcome } from "../../../src/contract/connection-rpc.ts";
import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import type { Host } from "../host.ts";
import type { Microsoft, Outstanding, Answer } from "../model/microsoft.ts";
import { Receivers } from "../model/receivers.ts";
import type { Rows } from "../model/tables.ts";
import type { LightWorld } from "../microsoft/light-world.ts";
import type { TenantCommand, TenantSchedule, TenantStep } from "./schedule.ts";

export const tenantId = FABRIKAM_TENANT;
const start = Date.UTC(2031, 0, 1);
const urls = {
  graph: "https://graph.microsoft.com/v1.0/users",
  arm: "https://management.azure.com/subscriptions?api-version=2022-12-01",
} as const;

export interface TenantWorldOptions {
  host: Host;
  microsoft: Microsoft;
  /** Microsoft's side of the tenant. */
  light: LightWorld;
}

/** Something that was begun on the connection, by somebody whose act undoes latches or not. */
interface Begun {
  kind: TenantCommand["do"];
  life: number;
  ended: boolean;
}

/** What undoes latches. */
const acts: ReadonlySet<TenantCommand["do"]> = new Set([
  "connect",
  "confirm",
  "refresh",
  "restore",
]);

/** One tenant's connection, the real one, and its tenant at Microsoft. */
export class TenantWorld {
  readonly id = `tenant:${tenantId}`;
  /** What went wrong where no table shows it. */
  readonly faults: string[] = [];
  /** Token requests that arrived, in all. */
  tokenRequests = 0;
  step = 0;
  life = 0;
  rows: Rows | undefined;
  /** Since when the whole connection is latched, in milliseconds since the epoch. */
  latchedSince: number | undefined;
  /** Since when Graph waits for roles that nobody has asked for since, in milliseconds since the epoch. */
  rolesLackSince: number | undefined;
  readonly #options: TenantWorldOptions;
  #begun: Begun[] = [];
  #flow: string | undefined;
  #nonces = 0;
  #hold = false;
  #holdCalls = false;
  #answer: Answer | undefined;
  #failing = false;
  #died = false;
  /** What the directory has of the connection, when it was lost. */
  #row: { version: number } | undefined;

  private constructor(options: TenantWorldOptions) {
    this.#options = options;
  }

  static async begin(options: TenantWorldOptions, schedule: TenantSchedule): Promise<TenantWorld> {
    const world = new TenantWorld(options);
    const { host, microsoft } = options;
    await host.begin(world.id, start, {
      deployment: {
        keys: "k1",
        secrets: "good",
        signers: "s1",
        receivers: "none",
        isWrong: false,
        measures: false,
      },
      order: schedule.order,
      receivers: new Receivers(false),
      died: () => world.#ended(),
      logged: () => undefined,
      measured: () => undefined,
    });
    microsoft.begin({
      arrives: (request) => world.#arrives(request),
      issued: () => undefined,
      served: () => undefined,
      linked: () => undefined,
      settings: {},
      life: () => world.life,
      answered: () => undefined,
    });
    if (schedule.consented) world.consent(0);
    return world;
  }

  get stub(): OwnStub {
    return this.#options.host.stub;
  }

  get now(): number {
    return this.#options.host.now;
  }

  /** Somebody's act is under way that may ask Entra though a latch stands. */
  get isActedOn(): boolean {
    return this.#begun.some(
      ({ kind, life, ended }) => acts.has(kind) && life === this.life && !ended,
    );
  }

  consent(rolesAfter: number): void {
    const { light } = this.#options;
    light.consents.withdraw(tenantId);
    light.settings.roles_delay_s = rolesAfter;
    light.consents.grantApplication(tenantId, this.now);
  }

  async take({ command, hold, answer }: TenantStep): Promise<void> {
    const { host } = this.#options;
    this.step += 1;
    this.#begun = this.#begun.filter(({ ended }) => !ended);
    this.#hold = hold;
    this.#answer = answer;
    this.#holdCalls = "hold" in command && command.hold;
    const failed = this.#failing;
    await host.run(() => this.#do(command));
    await host.settle(() => ({ busy: false, outstanding: 0, answering: false, activity: 0 }));
    if (this.#died) this.#bury();
    if (failed) await this.mend();
    this.rows = await host.rows();
    const latched = this.rows?.grant?.["remedy"] ?? null;
    this.#noteRoles(command);
    this.latchedSince = latched === null ? undefined : (this.latchedSince ?? this.now);
  }

  #noteRoles({ do: name }: TenantCommand): void {
    const graph = this.rows?.tokens.find((row) => row["resource"] === "graph");
    const isLacking = String(graph?.["remedy"]).includes("application permissions");
    const isOwn = this.rows?.grant?.["remedy"] === null && name !== "refresh";
    if (!isLacking || !isOwn) this.rolesLackSince = undefined;
    else this.rolesLackSince ??= this.now;
  }

  async mend(): Promise<void> {
    const { host } = this.#options;
    host.disarm();
    this.#failing = false;
    await host.failStorage(undefined);
  }

  end(failed: boolean): Promise<void> {
    return this.#options.host.end(failed);
  }

  /** Whether anything sent is unanswered. */
  get waits(): boolean {
    return this.#options.microsoft.outstanding.some(({ life }) => life === this.life);
  }

  #arrives(request: Outstanding): Answer | undefined {
    const others = this.#options.microsoft.outstanding.filter(
      (one) => one !== request && one.kind === "token" && one.life === this.life,
    );
    if (request.kind === "call") {
      this.faults.push(...strangeToken(request));
      return this.#holdCalls ? undefined : { as: "service" };
    }
    this.tokenRequests += 1;
    if (others.length > 0) this.faults.push("two token requests are out at once");
    this.faults.push(...strangeRequest(request));
    if (
      this.latchedSince !== undefined &&
      this.now - this.latchedSince < 86_400_000 &&
      !this.isActedOn
    ) {
      this.faults.push("a latched connection asked for a token though nobody had acted");
    }
    if (this.#hold) return undefined;
    const answer = this.#answer ?? { as: "service" };
    this.#answer = undefined;
    return answer;
  }

  async #do(command: TenantCommand): Promise<void> {
    const { host, microsoft, light } = this.#options;
    switch (command.do) {
      case "connect":
        return this.#begin("connect", () => this.stub.connectTenant());
      case "propose":
        return this.#begin("propose", async () => {
          const administrator = { object_id: "a", upn: "ida@fabrikam.example", name: null };
          const nonce = `nonce-${(this.#nonces += 1)}`;
          const proposed = await this.stub.proposeTenant({ nonce, userId: "grace", administrator });
          if (proposed.ok) this.#flow = proposed.value.flow;
          return proposed;
        });
      case "confirm": {
        const flow = this.#flow ?? "none";
        const userId = command.user === "own" ? "grace" : "mallory";
        return this.#begin("confirm", async () => {
          const confirmed = await this.stub.confirmAuthorization({ flow, userId });
          const isForged = command.user === "other" || this.#flow === undefined;
          if (confirmed.ok && isForged) this.faults.push("a flow was confirmed by a stranger");
          return confirmed;
        });
      }
      case "disconnect":
        return this.#begin("disconnect", () => this.stub.disconnect());
      case "call":
        return this.#begin("call", async () => {
          await (await this.stub.fetch(urls[command.service])).body?.cancel();
        });
      case "token":
        return this.#begin("token", async () => {
          const tenant = command.isForeign ? { tenantId: CONTOSO_TENANT } : {};
          const token = await this.stub.accessToken({ resource: command.resource, ...tenant });
          if (token.ok && command.isForeign) this.faults.push("a token of another tenant");
          return token;
        });
      case "refresh":
        return this.#begin("refresh", async () => {
          const refreshed = await this.stub.refresh({ resource: command.resource });
          // It is asked for in the connection's own tenant, whatever was ended or connected meanwhile.
          if (!refreshed.ok && refreshed.error.code === "forbidden")
            this.faults.push("a refresh was refused as one of another tenant");
          return refreshed;
        });
      case "consent":
        return this.consent(command.rolesAfter);
      case "withdraw":
        return light.consents.withdraw(tenantId);
      case "advance":
        return host.setTime(this.now + command.seconds * 1_000);
      case "alarm":
        return this.#ring(command.wait);
      case "answer":
        return this.#give(microsoft.tokenRequest(this.life), this.#answer ?? { as: "service" });
      case "answerCall":
        return this.#give(microsoft.calls(this.life)[0], { as: "service" });
      case "crash":
        return host.crash(async () => undefined);
      case "die":
        return host.armDeath(command.at);
      case "evict":
        if (this.#begun.length > 0 || this.waits) return;
        await host.evict();
        this.life += 1;
        return;
      case "storageFails":
        this.#failing = true;
        return host.failStorage(command.table);
      case "lose": {
        const grant = this.rows?.grant;
        if (grant === undefined) return;
        const wasConnected = !["pending", "disconnected"].includes(String(grant["status"]));
        this.#row = wasConnected ? { version: Number(grant["version"]) } : undefined;
        await host.lose();
        return;
      }
      case "restore": {
        const row = this.#row;
        if (row === undefined) return;
        return this.#begin("restore", () => this.stub.restoreTenant(row));
      }
    }
  }

  /** Begins something; it may wait for Microsoft longer than this step. */
  #begin(kind: TenantCommand["do"], work: () => Promise<Outcome<unknown> | void>): void {
    const begun: Begun = { kind, life: this.life, ended: false };
    this.#begun.push(begun);
    const end = (): void => {
      begun.ended = true;
    };
    work().then(end, end);
  }

  async #give(request: Outstanding | undefined, answer: Answer): Promise<void> {
    this.#answer = undefined;
    await this.#options.host.apply(() => request?.give?.(answer));
  }

  async #ring(wait: boolean): Promise<void> {
    const { host } = this.#options;
    const alarm = this.rows?.alarm ?? null;
    if (alarm === null || this.#begun.some(({ kind, ended }) => kind === "alarm" && !ended)) return;
    if (alarm > this.now) {
      if (!wait) return;
      await host.setTime(alarm);
    }
    this.#begin("alarm", async () => {
      await host.ring();
    });
  }

  #ended(): void {
    this.#died = true;
    this.#options.microsoft.bury(this.life);
    this.life += 1;
  }

  #bury(): void {
    this.#died = false;
    this.#options.host.disarm();
    this.#begun = this.#begun.filter(({ life }) => life === this.life);
  }
}

/** What a token request of an application must not be. */
function strangeRequest({ request, form }: Outstanding): string[] {
  const tenant = new URL(request.url).pathname.split("/")[1];
  const scope = form.get("scope") ?? "";
  return [
    ...(tenant === tenantId ? [] : [`a token was asked of tenant ${tenant}`]),
    ...(form.get("grant_type") === "client_credentials" ? [] : ["a grant of another kind"]),
    ...(form.has("refresh_token") ? ["a refresh token of an application"] : []),
    ...(/^https:\/\/[^/ ]+\/\.default$/.test(scope) ? [] : [`a token for ${scope}`]),
  ];
}

/** A call goes out with a token of the application, in its tenant, for that service. */
function strangeToken({ request }: Outstanding): string[] {
  const [, payload = ""] = (request.headers.get("authorization") ?? "").split(".");
  const {
    aud,
    tid,
    unique_name: user,
  } = JSON.parse(atob(payload || "e30=")) as Record<string, unknown>;
  return aud === new URL(request.url).origin && tid === tenantId && user === undefined
    ? []
    : [`a call to ${request.url} with a token of ${String(tid)} for ${String(aud)}`];
}
