import { createHash } from "node:crypto";
import { configOf } from "../../src/config/config.ts";
import { ConnectionActor } from "../../src/connection/actor.ts";
import { ConnectionState } from "../../src/connection/connection-state.ts";
import { schemaVersion } from "../../src/connection/tables/schema.ts";
import type { OwnStub } from "../../src/contract/connection-rpc.ts";
import { Directory } from "../../src/directory/directory.ts";
import { CLIENT_SECRET } from "../sandbox/constants.ts";
import type { SigningKey } from "../sandbox/signing-key.ts";
import { workerSecrets } from "../support/secrets.ts";
import { seeded } from "../support/random.ts";
import type { Host, HostOptions } from "./host.ts";
import { repeatedChance } from "./model/chance.ts";
import type { CipherPoint, StorageFault, TurnPoint } from "./model/commands.ts";
import { dueOf } from "./model/due.ts";
import { wellDeployed, type Deployment } from "./model/deployment.ts";
import { ownCallback } from "./model/starts.ts";
import { someTypes, type Receivers } from "./model/receivers.ts";
import type { Rows } from "./model/tables.ts";
import { Clock } from "./platform/clock.ts";
import { simulatedKeyPair } from "./platform/crypto.ts";
import { installGlobals } from "./platform/globals.ts";
import { Life, SimulatedObject } from "./platform/object.ts";
import { requestOf } from "./platform/request.ts";
import { Scheduler } from "./platform/scheduler.ts";
import { createIngress } from "./watches/ingress.ts";

const decoder = new TextDecoder();

/** An encryption key that is nothing but repeated bytes. */
const keyOf = (kid: string, byte: number) => `${kid}:${Buffer.alloc(32, byte).toString("base64")}`;
const keys = { k1: keyOf("k1", 7), k2: keyOf("k2", 8) };
const allKeys = `${keys.k1},${keys.k2}`;
const webhookSecret = `whsec_${Buffer.alloc(32, 9).toString("base64")}`;
const webhooksAt = (path: string) =>
  JSON.stringify([
    { id: "all", url: `https://all.hooks.example/${path}`, secret: webhookSecret },
    {
      id: "some",
      url: `https://some.hooks.example/${path}`,
      secret: webhookSecret,
      types: someTypes,
    },
  ]);

const { SESSION_SECRET: oldSigner } = workerSecrets;
const newSigner = "another-session-secret-for-tests-of-at-least-32-bytes";

/** The Worker's variables in one deployment. */
const variablesOf = ({ keys: sealing, secrets, signers, receivers, isWrong }: Deployment) => ({
  ...workerSecrets,
  SESSION_SECRET: signers === "s1" ? oldSigner : `${newSigner},${oldSigner}`,
  AZURE_TENANT_ID: isWrong ? "no tenant" : "common",
  AZURE_CLOUD: "global",
  AZURE_REDIRECT_URI: `${workerSecrets.AZURE_REDIRECT_URI},${ownCallback}`,
  TOKEN_ENCRYPTION_KEYS: sealing.replace("k1", keys.k1).replace("k2", keys.k2),
  AZURE_CLIENT_SECRET: secrets.replace("good", CLIENT_SECRET),
  ...(receivers !== "none" && { WEBHOOKS: webhooksAt(receivers) }),
});

/** All keys that any deployment seals with, and the secret by which all of them sign. */
export function simulatedSecrets() {
  const config = configOf({
    ...variablesOf({ ...wellDeployed, signers: "s1", measures: false }),
    TOKEN_ENCRYPTION_KEYS: allKeys,
    SESSION_SECRET: `${oldSigner},${newSigner}`,
  });
  if (!config.ok) throw new Error(config.error.message);
  const { encryptionKeys: keys, sessionSecret } = config.value;
  return { keys, sessionSecret };
}

/** The connection in Node: the same actor over a simulated platform. */
export class NodeHost implements Host {
  /** Where its requests go. */
  receive: (request: Request, isHeard: boolean) => Promise<Response> = () =>
    Promise.reject(new Error("nothing answers"));
  /** Whether timers ring when time passes. */
  isTimed = true;
  readonly scheduler = new Scheduler();
  readonly #clock = new Clock(this.scheduler);
  readonly #object: SimulatedObject<ConnectionActor>;
  readonly #uninstall: () => void;
  #random = repeatedChance();
  #secretRandom = repeatedChance();
  #id = "";
  #armed: CipherPoint | undefined;
  /** Over the same tables, to ask what is due by them. */
  #state: ConnectionState | undefined;
  #read: { writes: number; now: number; rows: Rows | undefined } | undefined;

  /** By deployment: the configuration of one is read once. */
  readonly #environments = new Map<string, object>();
  #options: HostOptions | undefined;
  #environment: object = {};
  #variables: object = {};
  readonly #ingress = createIngress(() => this.stub);

  constructor() {
    Directory.prototype.upsert = (entry) => this.#ask((receivers) => receivers.upsert(entry));
    Directory.prototype.removePending = (_, version) =>
      this.#ask((receivers) => receivers.removePending(version));
    this.#object = new SimulatedObject({
      scheduler: this.scheduler,
      clock: this.#clock,
      create: (ctx) =>
        new ConnectionActor(ctx as unknown as DurableObjectState, this.#environment as Env),
      died: () => this.#options?.died(),
    });
    this.#uninstall = installGlobals({
      scheduler: this.scheduler,
      clock: this.#clock,
      random: () => this.#random(),
      secretRandom: () => this.#secretRandom(),
      receive: (request, isHeard) =>
        this.#options?.receivers.webhook(request) ?? this.receive(request, isHeard),
      beforeCipher: (operation, boundTo) => this.#beforeCipher(operation, boundTo),
      logged: (line) => this.#options?.logged(line),
    });
  }

  /** Gives Node its own time, chance and network back. */
  close(): void {
    this.#uninstall();
  }

  get stub(): OwnStub {
    return this.#stub;
  }

  begin(id: string, now: number, options: HostOptions): Promise<void> {
    this.#id = id;
    this.#options = options;
    this.deploy(options.deployment);
    this.#random = repeatedChance(options.chance);
    this.#secretRandom = repeatedChance(options.chance);
    this.#armed = undefined;
    this.#state = undefined;
    this.#read = undefined;
    const { between } = seeded(String(options.order));
    this.scheduler.reset(options.order === 0 ? undefined : (count) => between(0, count - 1));
    this.#clock.reset(now);
    this.#object.begin(id);
    return Promise.resolve();
  }

  get now(): number {
    return this.#clock.now;
  }

  setTime(now: number): Promise<void> {
    return this.#clock.advanceTo(now, this.isTimed);
  }

  settle(): Promise<void> {
    return this.scheduler.settle();
  }

  apply(work: () => void): Promise<void> {
    work();
    return this.scheduler.settle();
  }

  run<Value>(work: () => Promise<Value>): Promise<Value> {
    return this.scheduler.runWhile(work);
  }

  read<Value>(work: () => Promise<Value>): Promise<Value> {
    // Deaths strike in turns of the object alone.
    return this.scheduler.runWhile(work);
  }

  async ring(): Promise<boolean> {
    const rung = this.#object.ring();
    await rung;
    return rung !== undefined;
  }

  async crash(last: () => Promise<void>): Promise<void> {
    await last();
    this.#object.life?.die("written");
  }

  deploy(deployment: Deployment): void {
    const name = JSON.stringify(deployment);
    const known = this.#environments.get(name);
    this.#environment = known ?? {
      ...variablesOf(deployment),
      // The directory's methods are played: its database is not asked.
      DB: {},
      ...(deployment.measures && {
        METRICS: {
          writeDataPoint: (point: AnalyticsEngineDataPoint) => this.#options?.measured(point),
        },
      }),
      ...(deployment.receivers !== "none" && {
        EVENTS: {
          send: (records: readonly object[]) =>
            this.#ask((receivers) => receivers.pipeline(records)),
        },
      }),
    };
    this.#environments.set(name, this.#environment);
    this.#variables = variablesOf(deployment);
  }

  lose(): Promise<void> {
    this.#object.lose();
    return Promise.resolve();
  }

  armDeath(at: CipherPoint | TurnPoint): Promise<void> {
    const { life } = this.#object;
    if ("operation" in at) this.#armed = at;
    else if (life !== undefined) life.fuse = { turns: at.turns, death: at.death };
    return Promise.resolve();
  }

  disarm(): void {
    this.#armed = undefined;
    const { life } = this.#object;
    if (life !== undefined) life.fuse = undefined;
  }

  revive(): Promise<void> {
    // The simulated platform repeats an alarm by itself.
    return Promise.resolve();
  }

  evict(): Promise<void> {
    this.#object.evict();
    return Promise.resolve();
  }

  failStorage(fault: StorageFault | undefined): Promise<void> {
    const { storage } = this.#object;
    const change = fault === "grant" ? "UPDATE" : fault === "watch" ? "(?:INTO|UPDATE)" : "INTO";
    const written = new RegExp(`\\b${change} ${fault}\\b`, "i");
    storage.fault = fault === undefined ? undefined : (query) => written.test(query);
    return Promise.resolve();
  }

  rows(): Promise<Rows | undefined> {
    const { writes } = this.#object.storage;
    const { now } = this;
    if (this.#read?.writes !== writes || this.#read.now !== now) {
      this.#read = { writes, now, rows: this.#readRows() };
    }
    return Promise.resolve(this.#read.rows);
  }

  #readRows(): Rows | undefined {
    const { storage } = this.#object;
    const { sql } = storage as unknown as DurableObjectStorage;
    if (schemaVersion(sql) === 0) return undefined;
    this.#state ??= new ConnectionState({
      storage: storage as unknown as DurableObjectStorage,
      connectionId: this.#id,
      sinks: [],
      published: () => undefined,
    });
    const rows = (query: string) => storage.sql.exec(query).toArray();
    return {
      grant: rows("SELECT * FROM grant")[0],
      tokens: rows("SELECT * FROM access_token"),
      intent: rows("SELECT * FROM refresh_intent")[0],
      events: rows("SELECT * FROM event ORDER BY seq"),
      outbox: rows("SELECT * FROM outbox"),
      signIns: rows("SELECT * FROM authorization"),
      cooldowns: rows("SELECT * FROM cooldown"),
      watches: rows("SELECT * FROM watch ORDER BY created_at, id"),
      changes: rows("SELECT * FROM change ORDER BY seq"),
      alarm: storage.alarm,
      ...dueOf(this.#state, this.#clock.now),
    };
  }

  end(): Promise<void> {
    this.#object.begin("");
    return Promise.resolve();
  }

  post(request: Request): Promise<Response> {
    return this.#ingress(request, this.#variables);
  }

  /** Another key for each schedule: the connection remembers those of the one before. */
  signingKey(): SigningKey {
    const kid = createHash("sha256").update(this.#id).digest("hex").slice(0, 16);
    const jwk = { kty: "RSA", use: "sig", kid, x5t: kid, x5c: [], n: kid, e: "AQAB" };
    const pair = simulatedKeyPair(kid);
    return { kid, jwk, ...(pair as unknown as Pick<SigningKey, "privateKey" | "publicKey">) };
  }

  readonly #stub = new Proxy({} as OwnStub, {
    get: (_, name) => {
      if (typeof name !== "string" || name === "then") return undefined;
      if (name === "fetch") {
        return (input: string | URL | Request, init?: RequestInit) => this.#fetch(input, init);
      }
      return (...values: unknown[]) =>
        this.#object.call((actor) => {
          const method: unknown = Reflect.get(actor, name);
          if (typeof method !== "function") throw new TypeError(`no method ${name}`);
          return method.apply(actor, values);
        });
    },
  });

  /** The object hears in a turn of its own that its caller left. */
  #fetch(input: string | URL | Request, init: RequestInit | undefined): Promise<Response> {
    const left = init?.signal ?? undefined;
    const heard = left === undefined ? undefined : new AbortController();
    const request = requestOf(input, init, heard?.signal);
    const answer = this.#object.call((actor) => actor.fetch(request));
    const { life } = this.#object;
    left?.addEventListener("abort", () => this.scheduler.add(() => heard?.abort(), life));
    return answer;
  }

  /** What an object asks of a receiver that is bound to it. */
  #ask(work: (receivers: Receivers) => Promise<void>): Promise<void> {
    const receivers = this.#options?.receivers;
    const { owner } = this.scheduler;
    if (receivers === undefined || !(owner instanceof Life)) return Promise.resolve();
    return owner.ask(() => work(receivers));
  }

  #beforeCipher(operation: CipherPoint["operation"], boundTo: Uint8Array | undefined): void {
    const armed = this.#armed;
    const { owner } = this.scheduler;
    if (armed === undefined || !(owner instanceof Life) || armed.operation !== operation) return;
    if (boundTo === undefined || decoder.decode(boundTo) !== `${this.#id}\n${armed.column}`) return;
    this.#armed = undefined;
    owner.fuse = { turns: 0, death: "lost" };
  }
}
