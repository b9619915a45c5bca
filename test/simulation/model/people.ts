import type {
  AuthorizationCompletion,
  AuthorizationStart,
  BeginAuthorization,
  ConnectionRpc,
  Outcome,
} from "../../../src/contract/connection-rpc.ts";
import { verifyState } from "../../../src/connection/grant/authorization-state.ts";
import type { Surroundings } from "./callers.ts";
import type { Account } from "./commands.ts";
import { ReconnectLinks, type LinkKind } from "./reconnect-links.ts";
import { answerOf, type Flow } from "./sign-in.ts";
import { starts, type StartName } from "./starts.ts";

export const callbackManners = [
  "again",
  "twice",
  "elsewhere",
  "declined",
  "left",
  "guest",
  "unscoped",
  "odd",
  "empty",
  "forged",
  "confirmed",
] as const;
/**
 * How an answer of Microsoft's is brought back: once more after it was taken, twice at the same time, by
 * another browser, as one that failed in one of the ways that Microsoft knows, without an answer, under a state of nobody's, or
 * by a host that knows who is there.
 */
export type CallbackManner = (typeof callbackManners)[number];

export const stages = ["nothing", "callback", "confirm", "confirmTwice"] as const;
/** How far a sign-in goes by itself: to its start, its callback, or the confirmation after that. */
type Stage = (typeof stages)[number];

export type PeopleCommand =
  /** A sign-in from start to callback. */
  | { do: "signIn"; account: Account }
  /** A sign-in that gets no farther than its start. */
  | { do: "begin"; account: Account; server: boolean }
  /** The callback of a sign-in that was begun, or the confirmation of one that waits for it. */
  | { do: "goOn"; which: number }
  /** A sign-in that asks for something of its own, and what is done of it. */
  | { do: "start"; account: Account; as: StartName; upTo: Stage }
  /** Somebody opens a reconnect link, and signs in with an account: the right one or another. */
  | { do: "reconnect"; account: Account; link: LinkKind; upTo: Stage }
  | { do: "callback"; which: number; manner: CallbackManner }
  /** Confirmations of a sign-in that waits for one, or of one that nobody began. */
  | { do: "confirm"; which: number; manner: "known" | "unknown" | "twice" }
  /** More sign-ins than a connection keeps; with `waiting` all of them come to wait for their confirmation. */
  | { do: "manyStarts"; account: Account; waiting: boolean };

type Answered = Extract<Flow, { stage: "answered" }>;

/** More than the connection keeps open. */
const many = 21;
/** Milliseconds in which a sign-in has to be finished, and then confirmed. */
const signInTime = 600_000;

/** Everybody who signs in. */
export class People {
  readonly #around: Surroundings;
  readonly #flows: Flow[] = [];
  /** Flows whose answer was taken. */
  readonly #done = new Set<Flow>();
  /** What was brought back last. */
  #taken: Answered | undefined;

  /** More were begun than are kept. */
  #crowded = false;
  readonly #links: ReconnectLinks;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#links = new ReconnectLinks(around);
  }

  /** Whether a sign-in that was begun can still be finished. */
  get isAwaited(): boolean {
    return this.#flows.some(
      ({ stage, until }) => stage === "answered" && until > this.#around.now && !this.#crowded,
    );
  }

  /** The connection is no more: what was begun in it leads nowhere. */
  forget(): void {
    for (const flow of this.#flows) {
      flow.until = -Infinity;
      flow.isUncertain = false;
    }
  }

  async take(command: PeopleCommand): Promise<void> {
    switch (command.do) {
      case "signIn":
        await this.#begin(command.account, starts.plain.options);
        return this.#goOn(this.#flows.length - 1);
      case "begin": {
        const { options } = command.server ? starts.server : starts.plain;
        await this.#begin(command.account, options);
        return;
      }
      case "goOn":
        return this.#goOn(command.which);
      case "start":
        return this.#start(command);
      case "reconnect":
        return this.#reconnect(command);
      case "callback":
        return this.#callback(command.which, command.manner);
      case "confirm":
        return this.#confirm(command.which, command.manner);
      case "manyStarts":
        return this.#manyStarts(command.account, command.waiting);
    }
  }

  async #start({ account, as, upTo }: Extract<PeopleCommand, { do: "start" }>): Promise<void> {
    const asked: { options: BeginAuthorization; refused?: string } = starts[as];
    const field = await this.#begin(account, asked.options);
    if (field !== undefined && field !== (asked.refused ?? "")) {
      this.#around.faults.push(`a start ${as} was refused for "${field}"`);
    }
    if (field === "" && upTo !== "nothing") this.#goOn(this.#flows.length - 1, upTo);
  }

  /** @returns the field that was refused, an empty text where none was, undefined where it failed otherwise */
  async #begin(account: Account, options: BeginAuthorization): Promise<string | undefined> {
    const started = await this.#around.stub.beginAuthorization(options).catch(() => undefined);
    if (started?.ok === false && started.error.code === "invalid_request") {
      return started.error.details?.field;
    }
    if (started?.ok !== true) return undefined;
    await this.#opened(started.value, account);
    return "";
  }

  async #reconnect({
    account,
    link: kind,
    upTo,
  }: Extract<PeopleCommand, { do: "reconnect" }>): Promise<void> {
    const opened = await this.#links.take(kind);
    if (opened === undefined) return;
    const started = await this.#around.stub
      .beginReconnect({ ...opened, from: "192.0.2.1" })
      .catch(() => undefined);
    if (started?.ok !== true) return;
    await this.#opened(started.value, account);
    if (upTo !== "nothing") this.#goOn(this.#flows.length - 1, upTo);
  }

  /** Somebody comes to Microsoft's page and approves all of it. */
  async #opened(started: AuthorizationStart, account: Account): Promise<void> {
    const { authUrl, state, browserBinding } = started;
    const response = await answerOf(this.#around.microsoft, started, account);
    this.#flows.push({
      stage: "answered",
      account,
      since: this.#around.step,
      until: this.#around.now + signInTime,
      authUrl,
      state,
      response,
      browserBinding,
    });
  }

  #goOn(which: number, upTo: Exclude<Stage, "nothing"> = "callback"): void {
    const [flow] = this.#flows.splice(which % Math.max(this.#flows.length, 1), 1);
    if (flow === undefined) return;
    if (flow.stage === "waiting") return this.#confirmed(flow);
    this.#completed(flow, {}, upTo);
  }

  #confirmed(waiting: Extract<Flow, { stage: "waiting" }>): void {
    const { account, since, until, flow } = waiting;
    const isOver = this.#around.now >= until;
    this.#around.start({ kind: "sign-in", account, since }, async () => {
      const outcome = await this.#around.stub.confirmAuthorization({ flow });
      if (!outcome.ok) return outcome;
      if (isOver) this.#around.faults.push("a sign-in was confirmed after its end");
      if (this.#done.has(waiting)) this.#around.faults.push("a sign-in was confirmed twice");
      this.#done.add(waiting);
      return outcome;
    });
  }

  #completed(
    flow: Answered,
    more: { confirmed?: boolean },
    upTo: Exclude<Stage, "nothing"> = "callback",
  ): void {
    const { account, since } = flow;
    this.#taken = flow;
    const isOver = this.#around.now >= flow.until && flow.isUncertain !== true;
    this.#around.start({ kind: "sign-in", account, since }, async () => {
      const outcome = await this.#complete(flow, more);
      if (!outcome.ok || outcome.value.outcome === "refused") return outcome;
      // Of two that bring it back either may come first; where an object died, the second is the first.
      if (isOver) this.#around.faults.push("a sign-in went on after its end");
      if (this.#done.has(flow)) this.#around.faults.push("a callback was taken twice");
      this.#done.add(flow);
      if (outcome.value.outcome !== "confirmation_required") {
        if (flow.browserBinding === undefined && more.confirmed !== true)
          this.#around.faults.push("a sign-in that a server began was not confirmed");
        return outcome;
      }
      const until = this.#around.now + signInTime;
      const waiting = {
        stage: "waiting",
        account,
        since,
        until,
        flow: outcome.value.flow,
      } as const;
      if (upTo === "callback") this.#flows.push(waiting);
      else this.#confirmed(waiting);
      if (upTo === "confirmTwice") this.#confirmed(waiting);
      return outcome;
    });
  }

  /** Brings the answer back, and goes on to Microsoft as often as the connection sends it there. */
  async #complete(flow: Answered, more: { confirmed?: boolean }) {
    const { account, browserBinding } = flow;
    // Whoever comes late signed in late: Microsoft's code is good for less time than the sign-in.
    if (this.#around.now >= flow.until)
      flow.response = await answerOf(this.#around.microsoft, flow, account);
    let { state, response } = flow;
    for (;;) {
      const outcome: Outcome<AuthorizationCompletion> =
        await this.#around.stub.completeAuthorization({
          state,
          response,
          ...more,
          ...(browserBinding !== undefined && { browserBinding }),
        });
      if (!outcome.ok || outcome.value.outcome !== "continued") return outcome;
      ({ state } = outcome.value);
      response = await answerOf(this.#around.microsoft, outcome.value, account);
    }
  }

  #callback(which: number, manner: CallbackManner): void {
    const open = this.#flows.filter((flow) => flow.stage === "answered");
    const flow = manner === "again" ? this.#taken : open[which % Math.max(open.length, 1)];
    if (flow === undefined) return;
    const { state, response, browserBinding } = flow;
    const bound = browserBinding !== undefined && { browserBinding };
    switch (manner) {
      case "confirmed":
        this.#flows.splice(this.#flows.indexOf(flow), 1);
        return this.#completed(flow, { confirmed: true });
      case "twice":
        this.#flows.splice(this.#flows.indexOf(flow), 1);
        this.#completed(flow, {});
        return this.#completed(flow, {});
      case "again":
        return this.#completed(flow, {});
      case "elsewhere":
        // Of a server's start anybody may bring the answer: it is the confirmation that counts.
        if (browserBinding === undefined) return;
        return this.#refused({ state, response, browserBinding: "another" });
      case "declined":
      case "left":
      case "guest":
      case "unscoped":
      case "odd":
        // An error is an answer too: once it is heard, its sign-in is over.
        flow.until = -Infinity;
        flow.isUncertain = true;
        return this.#refused({ state, response: failed(state, manner), ...bound }, () => {
          flow.isUncertain = false;
        });
      case "empty":
        return this.#refused({ state, response: "", ...bound });
      case "forged":
        return this.#forged(state, response, bound);
    }
  }

  /** The front Worker asks no connection for a state that it did not sign itself. */
  #forged(state: string, response: string, bound: { browserBinding?: string } | false): void {
    const { id, sessionSecret, faults } = this.#around;
    this.#around.start({ kind: "stray" }, async () => {
      const named =
        (await verifyState(sessionSecret, "connect", state)) ??
        (await verifyState(sessionSecret, "reconnect", state));
      if (named !== id) {
        faults.push("a state was signed that does not name its connection");
      }
      const others = [`${state}x`, `x${state}`, "state", ""];
      for (const forged of others) {
        if ((await verifyState(sessionSecret, "connect", forged)) !== undefined) {
          faults.push(`the state ${forged} of nobody's was taken`);
        }
      }
    });
    this.#refused({ state: `${state}x`, response, ...bound });
  }

  /** Something that signs nobody in. */
  #refused(
    request: Parameters<ConnectionRpc["completeAuthorization"]>[0],
    heard: () => void = () => {},
  ): void {
    this.#around.start({ kind: "stray" }, async () => {
      const outcome = await this.#around.stub.completeAuthorization(request);
      heard();
      // At `common` a refusal of scopes sends a personal account on to where it lives.
      const ends = outcome.ok ? outcome.value.outcome : "refused";
      if (ends !== "refused" && ends !== "continued") {
        this.#around.faults.push(`a callback that was to be refused came to ${ends}`);
      }
      return outcome;
    });
  }

  #confirm(which: number, manner: "known" | "unknown" | "twice"): void {
    const waiting = this.#flows.filter((flow) => flow.stage === "waiting");
    const flow = waiting[which % Math.max(waiting.length, 1)];
    if (manner === "unknown" || flow === undefined) {
      this.#around.start({ kind: "stray" }, async () => {
        const outcome = await this.#around.stub.confirmAuthorization({ flow: "of nobody's" });
        if (outcome.ok) this.#around.faults.push("a sign-in of nobody's was confirmed");
        return outcome;
      });
      return;
    }
    this.#flows.splice(this.#flows.indexOf(flow), 1);
    this.#confirmed(flow);
    if (manner === "twice") this.#confirmed(flow);
  }

  async #manyStarts(account: Account, waiting: boolean): Promise<void> {
    const options = waiting ? starts.server.options : starts.plain.options;
    const before = this.#flows.length;
    this.#crowded = true;
    for (let count = 0; count < many; count += 1) {
      await this.#begin(account, options);
      if (waiting && this.#flows.length > before) this.#wait();
    }
    if (waiting) return;
    // Once no more are kept, the oldest is the one that is given up.
    const [first] = this.#flows.splice(before, many);
    if (first?.stage === "answered" && this.#flows.length === before) {
      this.#refused({ state: first.state, response: failed(first.state, "declined") });
    }
  }

  /** Brings the last flow back, and lets it wait to be confirmed. */
  #wait(): void {
    const flow = this.#flows.pop();
    if (flow?.stage !== "answered") return;
    const { state, response, account, since } = flow;
    this.#around.start({ kind: "stray" }, async () => {
      const outcome = await this.#around.stub.completeAuthorization({ state, response });
      if (outcome.ok && outcome.value.outcome === "confirmation_required") {
        const until = this.#around.now + signInTime;
        this.#flows.push({ stage: "waiting", account, since, until, flow: outcome.value.flow });
      }
      return outcome;
    });
  }
}

/** What Microsoft brings back where nobody signed in. */
const failures = {
  declined: { error: "access_denied", error_description: "AADSTS65004: declined" },
  left: { error: "access_denied" },
  guest: { error: "login_required", error_description: "AADSTS50020: a guest" },
  unscoped: { error: "invalid_scope" },
  odd: { error: "something_new", error_description: "AADSTS50105: not assigned" },
} as const;

const failed = (state: string, how: keyof typeof failures): string =>
  String(new URLSearchParams({ ...failures[how], state }));
