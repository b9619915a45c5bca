import type { Answer, ConnectionCaller, MaybeAnswer } from "../../support/connection-caller.ts";
import type { Tokens } from "../../kills/agent-caller.ts";
import type { AgentRequests } from "../../kills/agent.ts";

/** What may be answered before it is written. */
export const writes = [
  "registration",
  "page",
  "host",
  "code",
  "tokens",
  "refresh",
  "revocation",
  "end",
  "replay",
  "approval",
  "audit",
] as const;
export type Write = (typeof writes)[number];

interface State {
  clients: Set<string>;
  steps: Set<string>;
  /** Of the one grant there can be. */
  grant: { id: string; code?: string; tokens: string[] } | undefined;
  accessTokens: Set<string>;
  retired: Set<string>;
  approvals: Set<string>;
  audit: string[];
}

const nothing = (): State => ({
  clients: new Set(),
  steps: new Set(),
  grant: undefined,
  accessTokens: new Set(),
  retired: new Set(),
  approvals: new Set(),
  audit: [],
});

const headers = new Headers();
const answer = (status: number, body: object | string = ""): Answer => ({
  status,
  headers,
  text: typeof body === "string" ? body : JSON.stringify(body),
});
const redirect = (status: number, query: Record<string, string>): Answer => ({
  status,
  headers: new Headers({ location: `http://there.example/?${new URLSearchParams(query)}` }),
  text: "",
});
const invalid = answer(400, { error: "invalid_grant" });

export interface Weakness {
  /** What it answers before that is written: it should not. */
  early?: Write;
  /** What it does not come to answer before it dies, written or not. */
  lost?: { write: Write; isWritten: boolean };
}

/** An authorization server in memory that dies, and forgets what it answered before it was written. */
export class MortalServer implements AgentRequests {
  readonly userId = "ada";
  #state = nothing();
  #written = nothing();
  #made = 0;
  /** Told of each message that an approval led to. */
  wrote: (subject: string) => void = () => {};

  /** How it fails from now on, until it dies. */
  weakness: Weakness = {};

  die(): void {
    this.weakness = {};
    this.#state = structuredClone(this.#written);
  }

  /** The connection whose calls it keeps. */
  get connection(): Pick<ConnectionCaller, "audit"> {
    return { audit: async () => answer(200, this.#state.audit.join("\n")) };
  }

  async register(): Promise<MaybeAnswer> {
    const client = this.#name("client");
    this.#state.clients.add(client);
    return this.#after("registration", answer(201, { client_id: client }));
  }

  async open(client: string): Promise<MaybeAnswer> {
    if (!this.#state.clients.has(client)) return invalid;
    return this.#after("page", answer(200, this.#begin()));
  }

  async allow({ next }: { next: string }): Promise<MaybeAnswer> {
    if (!this.#state.steps.delete(next)) return invalid;
    return this.#after("host", redirect(303, { state: this.#begin() }));
  }

  async tell({ next }: { next: string }): Promise<MaybeAnswer> {
    return answer(200, { data: { continue_url: next } });
  }

  async comeBack({ next }: { next: string }): Promise<MaybeAnswer> {
    if (!this.#state.steps.delete(next)) return invalid;
    this.#endGrant();
    const code = this.#name("code");
    this.#state.grant = { id: this.#name("grant"), code, tokens: [] };
    return this.#after("code", redirect(302, { code }));
  }

  async redeem(_: string, code: string): Promise<MaybeAnswer> {
    const { grant } = this.#state;
    if (grant?.code !== code) return invalid;
    delete grant.code;
    return this.#after("tokens", this.#tokens([]));
  }

  async refresh(_: string, token: string): Promise<MaybeAnswer> {
    const { grant, retired } = this.#state;
    if (grant?.tokens.includes(token) === true) {
      for (const other of grant.tokens) if (other !== token) retired.add(other);
      return this.#after("refresh", this.#tokens([token]));
    }
    if (retired.has(token)) this.#endGrant();
    return this.#after("replay", invalid);
  }

  async revoke(_: string, token: string): Promise<MaybeAnswer> {
    if (this.#state.grant?.tokens.includes(token) === true) this.#endGrant();
    return this.#after("revocation", answer(200));
  }

  async grants(): Promise<MaybeAnswer> {
    const { grant } = this.#state;
    return answer(200, { data: grant === undefined ? [] : [{ id: grant.id }] });
  }

  async end(grant: string): Promise<MaybeAnswer> {
    if (this.#state.grant?.id === grant) this.#endGrant();
    return this.#after("end", answer(200));
  }

  async call(
    access: string,
    name: string,
    args: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<MaybeAnswer> {
    const { accessTokens, approvals, audit } = this.#state;
    if (!accessTokens.has(access)) return answer(401);
    audit.push(JSON.stringify({ event: "tool", id: this.#name("call") }));
    if (this.#after("audit", invalid) === undefined) return undefined;
    if (name !== "api_call") return answer(200, { result: {} });
    const { requestState } = more;
    if (typeof requestState !== "string" || approvals.has(requestState)) {
      const asked = { resultType: "input_required", requestState: this.#name("state") };
      return answer(200, { result: asked });
    }
    approvals.add(requestState);
    const { body } = args;
    const subject = typeof body === "object" && body !== null && "subject" in body && body.subject;
    const done = answer(200, { result: { structuredContent: { status: 201 } } });
    const given = this.#after("approval", done);
    if (given !== undefined || this.weakness.lost?.isWritten === true) this.wrote(String(subject));
    return given;
  }

  #after(write: Write, given: Answer): MaybeAnswer {
    const { early, lost } = this.weakness;
    const isLost = lost?.write === write;
    if (write !== early && (!isLost || lost.isWritten)) {
      this.#written = structuredClone(this.#state);
    }
    return isLost ? undefined : given;
  }

  #begin(): string {
    const handle = this.#name("step");
    this.#state.steps.add(handle);
    return handle;
  }

  #tokens(before: string[]): Answer {
    const { grant, accessTokens } = this.#state;
    const tokens: Tokens = {
      access: this.#name("access"),
      refresh: `ada:${grant?.id ?? ""}:${this.#name("refresh")}`,
    };
    grant?.tokens.splice(0, grant.tokens.length, ...before, tokens.refresh);
    accessTokens.add(tokens.access);
    return answer(200, { access_token: tokens.access, refresh_token: tokens.refresh });
  }

  #endGrant(): void {
    this.#state.grant = undefined;
    this.#state.accessTokens.clear();
    this.#state.retired.clear();
  }

  #name(of: string): string {
    this.#made += 1;
    return `${of}-${this.#made}`;
  }
}
