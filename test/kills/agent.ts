import type { Answer, MaybeAnswer } from "../support/connection-caller.ts";
import { newPkce, type Pkce } from "../support/consent-form.ts";
import { cookiesSetBy } from "../support/sign-in.ts";
import {
  clientIn,
  continueIn,
  grantOf,
  redirectedWith,
  tokensIn,
  toolResultIn,
  type AgentCaller,
  type BrowserStep,
  type Tokens,
  type ToolResult,
} from "./agent-caller.ts";
import { ApprovalRecord, type Approval, type ApprovalEnd } from "./approval-record.ts";
import { AuditRecord } from "./audit-record.ts";

/** What an agent asks, one request each. */
export type AgentRequests = Pick<AgentCaller, keyof AgentCaller>;

/** What came of one request. */
export type Outcome =
  | { kind: "done" }
  | { kind: "refused"; answer: Answer }
  /** Whether anything was done is not known. */
  | { kind: "unanswered" };

/** How far a sign-in has come, by what was answered. */
type SignIn = { pkce: Pkce } & (
  | { at: "page" | "host" | "way back"; step: BrowserStep }
  | { at: "code"; code: string }
);

/** A grant, as far as its client was told. */
export interface Grant {
  readonly id: string;
  tokens: Tokens;
  /** When its access token was given, in milliseconds since the epoch. */
  givenAt: number;
  /** The refresh token that the last refresh was made with. */
  before?: string;
  /** One that was replaced, and whose replacement was used: it works no more. */
  retired?: string;
  /** Ending: that was asked for, and not answered. */
  state: "held" | "ending" | "ended";
}

/** Grants that have ended and are still asked for. */
const mostPast = 4;

/**
 * An agent, its person and the host's server: what they do one step after the other, and what they were
 * answered. That has to hold however often the Worker dies. Tools are called beside it.
 */
export class Agent {
  readonly caller: AgentRequests;
  readonly approvals = new ApprovalRecord();
  readonly audit = new AuditRecord();
  readonly #faults: string[] = [];
  #client: string | undefined;
  #signIn: SignIn | undefined;
  #grant: Grant | undefined;
  #past: Grant[] = [];
  #isOpen = false;
  #asked = 0;
  /** Tokens it got, by codes and by refreshes. */
  given = 0;

  constructor(caller: AgentRequests) {
    this.caller = caller;
  }

  get client(): string | undefined {
    return this.#client;
  }

  /** Where its sign-in is; undefined: none has begun. */
  get signsIn(): SignIn["at"] | undefined {
    return this.#signIn?.at;
  }

  /** The grant that it works with, unless that has ended. */
  get grant(): Grant | undefined {
    return this.#grant;
  }

  get past(): readonly Grant[] {
    return this.#past;
  }

  /** Something was asked for and not answered. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  get faults(): string[] {
    return [...this.#faults, ...this.approvals.faults, ...this.audit.faults];
  }

  fault(text: string): void {
    this.#faults.push(`agent: ${text}`);
  }

  register(): Promise<Outcome> {
    return this.#step(this.caller.register(), 201, (answer) => {
      this.#client = clientIn(answer);
    });
  }

  /** One step of a sign-in, from the page that asks to the tokens. One that is refused is begun anew. */
  async signIn(): Promise<Outcome> {
    const outcome = await this.#nextStep();
    if (outcome.kind === "refused") this.#signIn = undefined;
    return outcome;
  }

  async #nextStep(): Promise<Outcome> {
    const [client = "", signIn] = [this.#client, this.#signIn];
    if (signIn === undefined) {
      const pkce = await newPkce();
      return this.#step(this.caller.open(client, pkce), 200, (answer) => {
        this.#signIn = {
          at: "page",
          pkce,
          step: { next: answer.text, cookie: cookiesSetBy(answer) },
        };
      });
    }
    const { pkce } = signIn;
    switch (signIn.at) {
      case "page":
        return this.#step(this.caller.allow(signIn.step), 303, (answer) => {
          const step = { next: redirectedWith(answer, "state"), cookie: cookiesSetBy(answer) };
          this.#signIn = { at: "host", pkce, step };
        });
      case "host":
        return this.#step(this.caller.tell(signIn.step), 200, (answer) => {
          const step = { ...signIn.step, next: continueIn(answer) };
          this.#signIn = { at: "way back", pkce, step };
        });
      case "way back":
        // The new consent stands for the old one.
        if (this.#grant !== undefined) this.#grant.state = "ending";
        return this.#step(this.caller.comeBack(signIn.step), 302, (answer) => {
          this.ended();
          this.#signIn = { at: "code", pkce, code: redirectedWith(answer, "code") };
        });
      case "code":
        return this.#step(this.caller.redeem(client, signIn.code, pkce), 200, (answer) => {
          const tokens = tokensIn(answer);
          this.given += 1;
          this.#signIn = undefined;
          this.#grant = { id: grantOf(tokens), tokens, givenAt: Date.now(), state: "held" };
        });
    }
  }

  /** @param times each answer but the last is taken for lost: the same token is sent again */
  async refresh(grant: Grant, times = 1): Promise<Outcome> {
    const { refresh } = grant.tokens;
    let outcome: Outcome = { kind: "done" };
    for (let turn = 0; turn < times && outcome.kind === "done"; turn += 1) {
      grant.tokens = { ...grant.tokens, refresh };
      outcome = await this.#step(
        this.caller.refresh(this.#client ?? "", refresh),
        200,
        (answer) => {
          grant.tokens = tokensIn(answer);
          this.given += 1;
          grant.givenAt = Date.now();
          if (grant.before !== undefined && grant.before !== refresh) grant.retired = grant.before;
          grant.before = refresh;
        },
      );
    }
    return outcome;
  }

  /** Ends its grant: the client gives it back, its person takes it, or a stolen token comes to light. */
  end(grant: Grant, by: "client" | "person" | "replay"): Promise<Outcome> {
    const client = this.#client ?? "";
    grant.state = "ending";
    const done = () => this.ended();
    switch (by) {
      case "client":
        return this.#step(this.caller.revoke(client, grant.tokens.refresh), 200, done);
      case "person":
        return this.#step(this.caller.end(grant.id), 200, done);
      case "replay":
        return this.#step(this.caller.refresh(client, grant.retired ?? ""), 400, done);
    }
  }

  /** Its grant has ended. */
  ended(): void {
    if (this.#grant === undefined) return;
    this.#grant.state = "ended";
    this.#past = [...this.#past, this.#grant].slice(-mostPast);
    this.#grant = undefined;
  }

  /** What was open is settled: what came of it has been looked at. */
  settled(): void {
    this.#isOpen = false;
  }

  /**
   * Calls a tool with a grant.
   *
   * @returns undefined when there is no answer; "refused": the token works no more
   */
  async call(
    grant: Grant,
    name: string,
    args: Record<string, unknown>,
    more?: Record<string, unknown>,
  ): Promise<ToolResult | "refused" | undefined> {
    const { state } = grant;
    const answer = await this.caller.call(grant.tokens.access, name, args, more);
    if (answer === undefined) return undefined;
    if (answer.status === 401) {
      // While it was on its way the grant may have begun to end.
      if (grant.state === "held") this.fault(`its token is refused: ${answer.text.slice(0, 200)}`);
      return "refused";
    }
    if (answer.status !== 200) {
      this.fault(`${name} was answered ${answer.status} ${answer.text.slice(0, 200)}`);
      return "refused";
    }
    if (state === "ended") this.fault("a token of a grant that has ended still works");
    return toolResultIn(answer);
  }

  /** Asks for something that its person has to agree to: a message of its own. */
  async ask(grant: Grant): Promise<Approval | "refused" | undefined> {
    this.#asked += 1;
    const subject = `${this.caller.userId}/${this.#asked}`;
    const result = await this.call(grant, "api_call", writing(subject));
    if (result === undefined || result === "refused") return result;
    const { resultType, requestState } = result;
    if (resultType === "input_required" && requestState !== undefined) {
      return { subject, state: requestState };
    }
    this.fault(`nobody was asked: ${JSON.stringify(result).slice(0, 200)}`);
    return "refused";
  }

  /** Sends the person's agreement. */
  async agree(grant: Grant, approval: Approval): Promise<ApprovalEnd | undefined> {
    this.approvals.sends(approval);
    const result = await this.call(grant, "api_call", writing(approval.subject), {
      requestState: approval.state,
      inputResponses: { confirm: { action: "accept", content: { confirm: true } } },
    });
    if (result === undefined) return undefined;
    const end = result === "refused" ? "failed" : endOf(result);
    this.approvals.ended(approval, end);
    return end;
  }

  async #step(
    request: Promise<MaybeAnswer>,
    expected: number,
    done: (answer: Answer) => void,
  ): Promise<Outcome> {
    this.#isOpen = true;
    const answer = await request;
    if (answer === undefined) return { kind: "unanswered" };
    this.#isOpen = false;
    if (answer.status !== expected) return { kind: "refused", answer };
    done(answer);
    return { kind: "done" };
  }
}

const writing = (subject: string) => ({ method: "POST", path: "/me/messages", body: { subject } });

function endOf({ resultType, structuredContent }: ToolResult): ApprovalEnd {
  if (resultType === "input_required") return "asked";
  return structuredContent?.["status"] === 201 ? "done" : "failed";
}
