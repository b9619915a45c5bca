import type { EncryptionKey } from "../../../src/config/config.ts";
import type { OwnStub } from "../../../src/contract/connection-rpc.ts";
import type { SessionSecret } from "../../../src/platform/keys.ts";
import type { Host, Progress } from "../host.ts";
import { Callers } from "./callers.ts";
import { Calls } from "./calls.ts";
import type { Capability } from "./capability.ts";
import type { Command, Schedule, Step } from "./commands.ts";
import type { Deployment } from "./deployment.ts";
import { TokenLedger } from "./ledger.ts";
import { Measured } from "./measured.ts";
import { answerToCall, type Answer, type Microsoft, type Outstanding } from "./microsoft.ts";
import type { HandedToken, Operation } from "./operation.ts";
import { readWhatIs, sendOddInput } from "./odd-input.ts";
import { People } from "./people.ts";
import { Receivers } from "./receivers.ts";
import { Sockets } from "./sockets.ts";
import { TokenRequests } from "./token-requests.ts";
import { TableReader, type Rows, type Tables } from "./tables.ts";
import { Watcher } from "./watcher.ts";
import { WatchedGraph } from "../watches/graph.ts";
import { Watches, type WatchesSurroundings } from "../watches/watches.ts";

/** So far ahead that the runtime's own clock never rings an alarm: the schedule does. */
const start = Date.UTC(2031, 0, 1);
/** Between one ring and the next, and after one that failed, in milliseconds. */
const rest = 1_000;
const failureRest = 60_000;
/** Until the platform repeats an alarm in which the object died, in milliseconds; it doubles each time. */
const firstRepeat = 2_000;

export interface WorldOptions {
  host: Host;
  microsoft: Microsoft;
  /** All with which a connection's tables may have been sealed. */
  keys: readonly EncryptionKey[];
  sessionSecret: SessionSecret;
}

/** Until a misconfigured object's alarm rings again, in milliseconds. */
const misconfiguredRest = 15 * 60_000;
const firstDeployment = { keys: "k1", secrets: "good", signers: "s1", isWrong: false } as const;

/** One connection, the real one, and everything around it that a schedule can move. */
export class World implements WatchesSurroundings {
  readonly id: string;
  readonly ledger = new TokenLedger();
  readonly handed: HandedToken[] = [];
  /** What did not end yet, or ended since the last check. */
  operations: Operation[] = [];
  readonly watcher = new Watcher();
  /** What went wrong where no table shows it. */
  readonly faults: string[] = [];
  tables: Tables | undefined;
  step = 0;
  life = 0;
  /** The last ring has ended, and the next need not come before. */
  restsUntil = -Infinity;
  readonly microsoft: Microsoft;
  readonly sessionSecret: SessionSecret;
  readonly receivers: Receivers;
  readonly capabilities: readonly Capability[];
  /** The connection lost what it knew since the last check. */
  lost = false;
  /** Nothing else was under way when the command of this step was given. */
  isAlone = false;
  /** Milliseconds by which the clock was set back in all. */
  skew = 0;
  #deployment: Deployment;
  /** Whether there are receivers besides the directory, in some deployments at least. */
  readonly #reports: boolean;
  #deployments = 0;
  #wasLost = false;
  readonly #host: Host;
  readonly #reader: TableReader;
  readonly #callers = new Callers(this);
  readonly #calls = new Calls(this);
  readonly people = new People(this);
  readonly #sockets = new Sockets(this);
  readonly #measured = new Measured();
  readonly watches = new Watches(this);
  readonly #tokenRequests = new TokenRequests();
  #hold = false;
  #answer: Answer | undefined;
  #holdCalls = false;
  /** The first call of this step is answered as the step says. */
  #answersCalls = false;
  /** All calls of this step are answered with 429. */
  #throttles = false;
  #failing: { since: number } | undefined;
  /** The last step in which storage failed. */
  #failedIn = -1;
  #rows: Rows | undefined;
  #activity = 0;
  #operations = 0;
  #died = false;
  /** Rings in a row that a death ended. */
  #broken = 0;

  private constructor(
    id: string,
    { host, microsoft, keys, sessionSecret }: WorldOptions,
    { receivers, measures }: Pick<Schedule, "receivers" | "measures">,
  ) {
    this.id = id;
    this.sessionSecret = sessionSecret;
    this.receivers = new Receivers(receivers);
    this.capabilities = [this.receivers, this.#sockets, this.#measured, this.watches];
    this.#reports = receivers;
    this.#deployment = { ...firstDeployment, receivers: receivers ? "first" : "none", measures };
    this.#host = host;
    this.#reader = new TableReader(id, keys);
    this.microsoft = microsoft;
  }

  static async begin(
    id: string,
    options: WorldOptions,
    schedule: Pick<Schedule, "receivers" | "measures" | "order" | "cae">,
  ): Promise<World> {
    const world = new World(id, options, schedule);
    const { host, microsoft } = options;
    await host.begin(id, start, {
      deployment: world.#deployment,
      order: schedule.order,
      receivers: world.receivers,
      died: () => world.#ended(),
      logged: () => undefined,
      measured: (point) => world.#measured.take(point),
    });
    microsoft.begin({
      arrives: (request) => world.#arrives(request),
      issued: (tokens) => world.ledger.issued(tokens),
      served: (request, status) => world.#calls.served(request, status),
      linked: (request) => world.#calls.linked(request),
      settings: { cae: schedule.cae },
      watched: (request, user) => world.watches.graph.serve(request, user),
      life: () => world.life,
      answered: () => {
        world.#activity += 1;
      },
    });
    return world;
  }

  get stub(): OwnStub {
    return this.#host.stub;
  }

  get now(): number {
    return this.#host.now;
  }

  /** The token request that Microsoft has not answered. */
  get tokenRequest(): Outstanding | undefined {
    return this.microsoft.tokenRequest(this.life);
  }

  get outstanding(): readonly Outstanding[] {
    return this.microsoft.outstanding;
  }

  /** Nothing is under way. */
  get isIdle(): boolean {
    return this.outstanding.length === 0 && this.operations.every(({ end }) => end !== undefined);
  }

  /** Posts to this Worker from outside. */
  post(request: Request): Promise<Response> {
    return this.#host.post(request);
  }

  get ringing(): boolean {
    return this.operations.some(({ kind, end }) => kind === "alarm" && end === undefined);
  }

  /** Carries out one step, until nothing moves without the next. */
  async take({ command, hold, answer }: Step): Promise<void> {
    this.step += 1;
    this.operations = this.operations.filter(({ end }) => end === undefined);
    this.isAlone = this.operations.length === 0 && this.outstanding.length === 0;
    this.handed.length = 0;
    this.#hold = hold;
    this.#answer = answer;
    this.#holdCalls = "hold" in command && command.hold;
    this.#answersCalls = command.do === "request";
    this.#throttles = command.do === "manyDrives";
    this.#tokenRequests.stepBegins(command, this);
    await this.#host.run(() => this.#do(command));
    await this.#settle();
    if (this.#died) await this.#bury();
    if (this.#failing !== undefined && this.#failing.since < this.step) await this.mend();
    const rows = await this.#host.rows();
    if (rows === undefined) this.tables = undefined;
    else if (rows !== this.#rows) {
      this.tables = await this.#host.read(() => this.#reader.read(rows));
    }
    this.#rows = rows;
    for (const { token, generation } of this.tables?.rows ?? []) {
      if (token !== null) this.ledger.stored(token, generation);
    }
  }

  /** The Worker was deployed with other secrets. */
  get isRedeployed(): boolean {
    return this.#deployments > 0;
  }

  /** Undefined where nothing of the configuration is used, because it is wrong. */
  get secrets(): Deployment["secrets"] | undefined {
    const { secrets, isWrong } = this.#deployment;
    return isWrong ? undefined : secrets;
  }

  get refusedSecrets(): ReadonlyMap<string, Deployment["secrets"]> {
    return this.#tokenRequests.refusedSecrets;
  }

  get keys(): Deployment["keys"] {
    return this.#deployment.keys;
  }

  /** Each token request of this step was for another tenant than the connection's own. */
  get wentAbroad(): boolean {
    return this.#tokenRequests.wentAbroad;
  }

  /** What the tables hold, as it is stored. */
  get rows(): Rows | undefined {
    return this.#rows;
  }

  /** Ends what makes the object fail by itself. */
  async mend(): Promise<void> {
    this.#host.disarm();
    if (this.#failing === undefined) return;
    this.#failing = undefined;
    this.#failedIn = this.step;
    await this.#host.failStorage(undefined);
  }

  /** Frees what the schedule no longer needs. */
  async end(): Promise<void> {
    this.watcher.close();
    this.#sockets.close();
    await this.#host.end(false);
  }

  /** Ends a schedule that failed, whatever is still under way. */
  async abandon(): Promise<void> {
    this.watcher.close();
    await this.#host.end(true);
  }

  #arrives(request: Outstanding): Answer | undefined {
    this.#activity += 1;
    if (request.kind === "call") {
      if (WatchedGraph.asks(request.request)) return this.watches.arrives(request);
      this.#sent(request);
      if (this.#holdCalls) return undefined;
      if (this.#throttles) return { as: "status", status: 429, retryAfter: 30 };
      if (!this.#answersCalls) return { as: "service" };
      const answer = answerToCall(this.#answer);
      this.#answer = undefined;
      return answer;
    }
    this.faults.push(...this.#tokenRequests.arrived(request, this));
    const others = this.microsoft.outstanding.filter(
      (other) => other !== request && other.kind === "token" && other.life === this.life,
    );
    if (others.length > 0) this.faults.push("two token requests are out at once");
    if (this.#hold) return undefined;
    const answer = this.#answer ?? { as: "service" };
    this.#answer = undefined;
    return answer;
  }

  /** A call arrived at Microsoft with the token it was given. */
  #sent(outstanding: Outstanding): void {
    const { request } = outstanding;
    const id = request.headers.get("client-request-id");
    const operation =
      this.#calls.arrived(outstanding) ?? this.operations.find((one) => one.id === id);
    const token = request.headers.get("authorization")?.slice("Bearer ".length);
    if (operation === undefined || token === undefined) this.faults.push("a call of nobody's");
    else this.handed.push({ operation, token, at: this.now });
  }

  #challenged(call: Outstanding | undefined): void {
    const id = call?.request.headers.get("client-request-id");
    const operation = this.operations.find((one) => one.id === id);
    if (operation !== undefined) operation.isChallenged = true;
  }

  async #do(command: Command): Promise<void> {
    switch (command.do) {
      case "call":
      case "token":
      case "refresh":
      case "import":
      case "restore":
        return this.#callers.take(command);
      case "signIn":
      case "begin":
      case "goOn":
      case "start":
      case "reconnect":
      case "callback":
      case "confirm":
      case "manyStarts":
        return this.people.take(command);
      case "request":
        return this.#calls.request(command);
      case "socket":
      case "closeSocket":
      case "oddSocket":
      case "crowd":
        return this.#sockets.take(command);
      case "oddInput":
        return sendOddInput(this, command.which);
      case "read":
        return readWhatIs(this, command.after);
      case "manyDrives":
        return this.#calls.manyDrives();
      case "manyResources":
        return this.#callers.manyResources();
      case "manyTokens":
        return this.#callers.manyTokens(this.#reports);
      case "leave":
        return this.#calls.leave(command.which);
      case "disconnect":
        return this.#disconnect();
      case "revoke": {
        const user = this.tables?.grant.upn;
        if (user === null || user === undefined) return;
        this.microsoft.services.revoke(
          user,
          command.what === "everything" ? undefined : command.what,
        );
        return;
      }
      case "advance":
        return this.#host.setTime(this.now + command.seconds * 1_000);
      case "alarm":
        return this.#ring(command.wait);
      case "answer":
        await this.#give(this.tokenRequest, this.#answer ?? { as: "service" });
        return;
      case "answerCall": {
        const calls = this.microsoft.calls(this.life);
        const call = calls[command.which % Math.max(calls.length, 1)];
        const answer = answerToCall(this.#answer);
        if (answer.as === "odd") this.#challenged(call);
        await this.#give(call, answer);
        return;
      }
      case "crash":
        await this.#crash(command.served);
        return;
      case "die":
        await this.#host.armDeath(command.at);
        return;
      case "evict":
        await this.#evict();
        return;
      case "storageFails":
        await this.#fail(command.table);
        return;
      case "receiver":
        this.receivers.behave(command.name, command.manner);
        return;
      case "lose":
        // Versions of the directory's rows are times: what comes after a loss comes later by any clock.
        await this.#host.setTime(this.now + 1_000 + this.skew);
        this.#wasLost = true;
        this.#calls.forget();
        await this.#host.lose();
        if (!this.#died) this.#ended();
        this.lost = true;
        return;
      case "deploy": {
        const { do: _, ...to } = command;
        const receivers = this.#reports ? to.receivers : "none";
        if (receivers !== this.#deployment.receivers) {
          this.receivers.deployed(receivers !== "none", this.tables?.events.at(-1)?.seq ?? 0);
        }
        return this.#deploy({ ...to, receivers });
      }
      case "rotate":
        if (this.#deployment.signers === "s1") this.watches.rotating();
        return this.#deploy({ signers: "s2,s1" });
      case "askWatch":
      case "giveUpWatch":
      case "change":
      case "deliver":
      case "lifecycle":
      case "forgetSubscription":
      case "forgetReaders":
      case "graph":
      case "readChanges":
        return this.watches.take(command);
      case "setBack":
        if (this.#wasLost) return;
        this.skew += command.seconds * 1_000;
        return this.#host.setTime(this.now - command.seconds * 1_000);
      case "watch":
        if (this.tables !== undefined) await this.watcher.open(this.stub);
    }
  }

  start(
    what: Pick<Operation, "kind"> & Partial<Operation>,
    work: (operation: Operation) => Promise<unknown>,
  ): void {
    this.#operations += 1;
    const operation: Operation = {
      id: `${this.id}-${this.#operations}`,
      life: this.life,
      since: this.step,
      before: this.tables,
      ...what,
    };
    this.operations.push(operation);
    const isCall = operation.kind === "call";
    if (isCall) this.#measured.begun += 1;
    const isWrong = this.#deployment.isWrong && operation.kind !== "alarm";
    const ended = (end: NonNullable<Operation["end"]>) => {
      operation.end = end;
      if (isCall && !isWrong && "value" in end) this.#measured.answered += 1;
      if (isWrong && operation.life === this.life && !isMisconfigured(end)) {
        this.faults.push(
          `${operation.kind} did something without a configuration: ${JSON.stringify(end)}`,
        );
      }
      this.#activity += 1;
    };
    work(operation).then(
      (value) => ended({ value }),
      (error: unknown) => ended({ thrown: String(error) }),
    );
  }

  async #give(request: Outstanding | undefined, answer: Answer): Promise<void> {
    this.#answer = undefined;
    if (request === undefined) return;
    await this.#host.apply(() => request.give?.(answer));
  }

  /** The platform rings one alarm at a time, and not before its time. */
  async #ring(wait: boolean): Promise<void> {
    const alarm = this.tables?.alarm ?? null;
    if (alarm === null || this.ringing) return;
    if (alarm > this.now) {
      if (!wait) return;
      await this.#host.setTime(alarm);
    }
    this.start({ kind: "alarm" }, async ({ since }) => {
      const rang = await this.#host.ring();
      this.#broken = 0;
      const { isWrong } = this.#deployment;
      const failed = this.#failing !== undefined || this.#failedIn >= since;
      const usual = failed ? failureRest : rest;
      this.restsUntil = this.now + (isWrong ? misconfiguredRest : usual);
      return rang;
    });
  }

  #deploy(to: Partial<Deployment>): Promise<void> {
    this.#deployment = { ...this.#deployment, ...to };
    this.#deployments += 1;
    this.#host.deploy(this.#deployment);
    return this.#crash(false);
  }

  /** Where something is watched Graph is asked first, which may take until later. */
  #disconnect(): void {
    const ended = this.watches.disconnecting();
    this.start({ kind: "disconnect" }, async () => {
      const outcome = await this.stub.disconnect();
      this.#calls.forget();
      if (outcome.ok) ended();
      return outcome;
    });
  }

  async #crash(served: boolean): Promise<void> {
    const out = this.tokenRequest;
    await this.#host.crash(async () => {
      if (served && out !== undefined) await this.microsoft.serveUnheard(out);
    });
  }

  /** A life ended: what it sent is answered no more. */
  #ended(): void {
    this.#died = true;
    this.microsoft.bury(this.life);
    this.life += 1;
  }

  /** After a death: what was under way is gone, and the platform repeats an alarm that did not end. */
  async #bury(): Promise<void> {
    // A ring never fails by itself: one that did was ended by the death.
    const rang = this.operations.some(
      ({ kind, life, end }) =>
        kind === "alarm" && life < this.life && (end === undefined || "thrown" in end),
    );
    this.#died = false;
    this.#host.disarm();
    this.watcher.lost();
    await this.#settle();
    if (!rang) return this.#host.revive(undefined);
    this.restsUntil = this.now + firstRepeat * 2 ** this.#broken;
    this.#broken += 1;
    await this.#host.revive(this.restsUntil);
  }

  async #evict(): Promise<void> {
    const { busy, outstanding } = this.#progress();
    if (busy || outstanding > 0) return;
    await this.#host.evict();
    this.life += 1;
  }

  async #fail(table: Extract<Command, { do: "storageFails" }>["table"]): Promise<void> {
    if (this.tables === undefined || this.#failing !== undefined) return;
    this.#failing = { since: this.step };
    await this.#host.failStorage(table);
  }

  /** Waits until all that was started has ended, or waits for Microsoft. */
  #settle(): Promise<void> {
    return this.#host.settle(() => this.#progress());
  }

  #progress(): Progress {
    const { outstanding } = this.microsoft;
    return {
      busy: this.operations.some(({ end }) => end === undefined),
      outstanding: outstanding.length,
      answering: outstanding.some(({ give }) => give === undefined),
      activity: this.#activity,
    };
  }
}

/** Whoever asks an object without a configuration is told so. */
function isMisconfigured(end: NonNullable<Operation["end"]>): boolean {
  return "value" in end && /503|app_misconfigured/.test(JSON.stringify(end.value) ?? "503");
}
