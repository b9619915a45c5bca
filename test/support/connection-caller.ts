import * as z from "zod";
import { connectionInfoSchema } from "../../src/contract/connection-info-schema.ts";
import type { ConnectionInfo } from "../../src/contract/connection-info.ts";
import { connectionEventSchema } from "../../src/contract/connection-event-schema.ts";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import { changeSchema, watchSchema } from "../../src/contract/watch-schema.ts";
import type { Change, Watch } from "../../src/contract/watch.ts";
import { DEVELOPMENT_KEY } from "../sandbox/start/readiness.ts";
import { approvalOf, cookiesSetBy, onwardTo } from "./sign-in.ts";

/** An answer that was read to its end. */
export interface Answer {
  status: number;
  headers: Headers;
  text: string;
}

/** Undefined: there was no answer, or it broke off. Whether anything was done is not known. */
export type MaybeAnswer = Answer | undefined;

/** What came of a sign-in in a browser. */
export type SignInEnd =
  | { outcome: "connected" }
  /** A server has to confirm. */
  | { outcome: "waiting"; flow: string }
  | { outcome: "refused"; answer: Answer }
  | { outcome: "unanswered" };

const startSchema = z.object({ auth_url: z.string() });
const infoSchema = z.object({ data: connectionInfoSchema });
const eventsSchema = z.object({ data: z.array(connectionEventSchema) });
const watchesSchema = z.object({ data: z.array(watchSchema) });
const watchAnswerSchema = z.object({ data: watchSchema });
const changesSchema = z.object({ data: z.array(changeSchema) });
const tokenSchema = z.object({ data: z.object({ token: z.string(), generation: z.int() }) });

/** On the one origin that tests may return to. */
const returnUrl = "https://app.example/connected";
export const key = { authorization: `Bearer ${DEVELOPMENT_KEY}` };

export const infoIn = ({ text }: Answer): ConnectionInfo => infoSchema.parse(JSON.parse(text)).data;
export const eventsIn = ({ text }: Answer): ConnectionEvent[] =>
  eventsSchema.parse(JSON.parse(text)).data;
export const watchIn = ({ text }: Answer): Watch => watchAnswerSchema.parse(JSON.parse(text)).data;
export const watchesIn = ({ text }: Answer): Watch[] => watchesSchema.parse(JSON.parse(text)).data;
export const changesIn = ({ text }: Answer): Change[] => changesSchema.parse(JSON.parse(text)).data;
export const tokenIn = ({ text }: Answer) => tokenSchema.parse(JSON.parse(text)).data;

/** One request, its redirects not followed. */
export async function ask(url: string | URL, init: RequestInit = {}): Promise<MaybeAnswer> {
  try {
    const response = await fetch(url, { redirect: "manual", ...init });
    const { status, headers } = response;
    return { status, headers, text: await response.text() };
  } catch {
    return undefined;
  }
}

export interface ConnectionCallerOptions {
  /** Of the Worker, as it is now. */
  url: () => string;
  userId: string;
  /** The Microsoft account this user signs in with. */
  account: string;
  /** Asked for at sign-in, beside the default ones. */
  scopes?: readonly string[];
  /** The connection is this tenant's, and no user's. */
  tenantId?: string;
}

/** The server, and the browser, of one user. */
export class ConnectionCaller {
  readonly #options: ConnectionCallerOptions;
  readonly id: string;

  constructor(options: ConnectionCallerOptions) {
    this.#options = options;
    const { userId, tenantId } = options;
    this.id = tenantId === undefined ? `user:${userId}` : `tenant:${tenantId}`;
  }

  get account(): string {
    return this.#options.account;
  }

  get userId(): string {
    return this.#options.userId;
  }

  /** Whose own word connects it: nobody signs in. */
  get isTenant(): boolean {
    return this.#options.tenantId !== undefined;
  }

  get #connection(): string {
    return `${this.#options.url()}/connections/${this.id}`;
  }

  /** Any route, as this user. */
  get(path: string): Promise<MaybeAnswer> {
    const url = new URL(path, this.#options.url());
    url.searchParams.set("connection", this.id);
    return ask(url, { headers: key });
  }

  info(): Promise<MaybeAnswer> {
    return ask(this.#connection, { headers: key });
  }

  /** Its events and its agents' calls, as a file. */
  audit(): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/audit`, { headers: key });
  }

  events(after: number): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/events?after=${after}&limit=200`, { headers: key });
  }

  /** Asks for a watch, or for what became of it. */
  watch(resource: string, types: readonly string[], catchUp: boolean): Promise<MaybeAnswer> {
    return this.#post("watches", { resource, change_types: types, catch_up: catchUp });
  }

  watches(): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/watches`, { headers: key });
  }

  changes(after: number): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/changes?after=${after}&limit=1000`, { headers: key });
  }

  token(resource: string): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/token?resource=${resource}`, { headers: key });
  }

  refresh(resource: string): Promise<MaybeAnswer> {
    return this.#post("refresh", { resource });
  }

  disconnect(): Promise<MaybeAnswer> {
    return ask(this.#connection, { method: "DELETE", headers: key });
  }

  confirm(flow: string): Promise<MaybeAnswer> {
    return this.#post("confirm", { flow });
  }

  /** A call through a gateway: what Microsoft says, as it says it. */
  gateway(path: string, init: RequestInit = {}): Promise<MaybeAnswer> {
    const headers = { ...key, "x-azure-connection": this.id };
    return ask(`${this.#options.url()}${path}`, { ...init, headers });
  }

  /** The address of the live socket, changes included, and what opens it. */
  live(after: number): { url: string; headers: Record<string, string> } {
    const url = `${this.#connection.replace("http", "ws")}/live?after=${after}&changes=1`;
    return { url, headers: key };
  }

  /** A sign-in up to Microsoft's answer. @returns what takes that answer to the Worker */
  async begin(by: "user" | "server"): Promise<(() => Promise<SignInEnd>) | undefined> {
    const { url, userId, tenantId, scopes = [] } = this.#options;
    if (tenantId !== undefined) return () => this.#connect(tenantId);
    const query = new URLSearchParams({ user_id: userId });
    if (by === "server") query.set("return_url", returnUrl);
    if (scopes.length > 0) query.set("scopes", scopes.join(" "));
    const headers = by === "server" ? key : {};
    const start = await ask(`${url()}/connect?${query}`, { headers });
    if (start === undefined) return undefined;
    // Of one connection so many sign-ins may wait to be confirmed, and no more.
    if (start.status >= 400) return () => Promise.resolve({ outcome: "refused", answer: start });
    const location = start.headers.get("location");
    const authorize = new URL(location ?? startSchema.parse(JSON.parse(start.text)).auth_url);
    const finish = await this.#decide(authorize, start);
    return async () => {
      const answer = await finish();
      const onward = answer && onwardTo(authorize, answer);
      // A personal account goes on from the callback to another page of Microsoft's.
      if (answer === undefined || onward === undefined) return signInEnd(answer);
      return signInEnd(await (await this.#decide(onward, answer))());
    };
  }

  async #connect(tenantId: string): Promise<SignInEnd> {
    return signInEnd(
      await ask(`${this.#options.url()}/connections`, {
        method: "POST",
        headers: { ...key, "content-type": "application/json" },
        body: JSON.stringify({ tenant_id: tenantId }),
      }),
    );
  }

  /** Approves on a page of Microsoft's. @returns what takes its answer to the Worker */
  async #decide(page: URL, answer: Answer): Promise<() => Promise<MaybeAnswer>> {
    const decided = await ask(approvalOf(page, this.account));
    // The registered redirect URI names the developer's port; the Worker under test has another.
    const { search } = new URL(decided?.headers.get("location") ?? "about:blank");
    const cookie = cookiesSetBy(answer);
    return () => ask(`${this.#options.url()}/callback${search}`, { headers: { cookie } });
  }

  #post(action: string, body: object): Promise<MaybeAnswer> {
    return ask(`${this.#connection}/${action}`, {
      method: "POST",
      headers: { ...key, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  }
}

function signInEnd(answer: MaybeAnswer): SignInEnd {
  if (answer === undefined) return { outcome: "unanswered" };
  if (answer.status === 200) return { outcome: "connected" };
  const location = answer.headers.get("location");
  const query = new URL(location ?? "about:blank").searchParams;
  const flow = query.get("flow");
  if (flow !== null) return { outcome: "waiting", flow };
  return query.get("status") === "connected"
    ? { outcome: "connected" }
    : { outcome: "refused", answer };
}
