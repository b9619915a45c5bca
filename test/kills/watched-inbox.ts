import { setTimeout } from "node:timers/promises";
import * as z from "zod";
import type { Change, Watch } from "../../src/contract/watch.ts";
import { ChangeRecord } from "../support/change-record.ts";
import {
  changesIn,
  watchesIn,
  watchIn,
  type ConnectionCaller,
  type MaybeAnswer,
} from "../support/connection-caller.ts";
import { addressedTo, keptFor } from "../support/notification-sender.ts";

/** Milliseconds in which a watch has to come to rest, and in which Graph comes again with what was lost. */
const patience = 40_000;

const messageSchema = z.object({ id: z.string() });

export interface WatchedInboxOptions {
  caller: ConnectionCaller;
  /** Of the sandbox. */
  url: string;
  /** What was missed is read by delta: then notifications may be lost, too. */
  catchUp: boolean;
}

/** The inbox of one account, and the watch that reports what comes to it. */
export class WatchedInbox {
  readonly #options: WatchedInboxOptions;
  readonly changes = new ChangeRecord();
  /** Messages that came while Graph kept a subscription: each is to be reported, now or later. */
  readonly #awaited = new Set<string>();
  readonly #faults: string[] = [];
  #watch: string | undefined;

  constructor(options: WatchedInboxOptions) {
    this.#options = options;
  }

  get faults(): string[] {
    return [...this.#faults, ...this.changes.faults];
  }

  /** Asks for the watch, or for what became of it. */
  async ask(): Promise<MaybeAnswer> {
    const { caller, catchUp } = this.#options;
    const answer = await caller.watch("me/mailFolders/inbox/messages", ["created"], catchUp);
    if (answer?.status === 201 || answer?.status === 202) this.#told(watchIn(answer));
    return answer;
  }

  #told({ id, gap_since: gap }: Watch): void {
    if (this.#watch !== undefined && id !== this.#watch) {
      this.#faults.push(`watch ${this.#watch} is ${id} now`);
    }
    if (gap !== undefined && !this.#options.catchUp)
      this.#faults.push(`watch ${id} has missed changes since ${gap}`);
    this.#watch = id;
  }

  /** A message comes. */
  async receive(): Promise<void> {
    const { url, caller } = this.#options;
    const isKept = (await keptFor({ url }, caller.id)).length > 0;
    const response = await fetch(`${url}/_sandbox/messages`, {
      method: "POST",
      body: JSON.stringify({ user: caller.account, subject: caller.id }),
    });
    const { id } = messageSchema.parse(await response.json());
    if (isKept) this.#awaited.add(id);
  }

  /** A message comes of which Graph cannot tell, and says so. */
  async lose(): Promise<void> {
    const { url, caller, catchUp } = this.#options;
    const [kept] = await keptFor({ url }, caller.id);
    if (!catchUp || kept === undefined) return this.receive();
    const play = (what: object) =>
      fetch(`${url}/_sandbox/notifications`, {
        method: "POST",
        body: JSON.stringify({ subscription: kept.id, ...what }),
      });
    await play({ drop: true });
    await this.receive();
    await play({ lifecycle: "missed" });
  }

  /** Reads all changes, and holds them to what was promised. */
  async read(): Promise<MaybeAnswer> {
    const before = this.changes.promises();
    const changes: Change[] = [];
    for (;;) {
      const answer = await this.#options.caller.changes(changes.at(-1)?.seq ?? 0);
      if (answer?.status !== 200) return answer;
      const page = changesIn(answer);
      changes.push(...page);
      if (page.length > 0) continue;
      this.changes.sawAll(changes, before);
      return answer;
    }
  }

  /** After a restart, with nothing else under way. @returns what is not as it should be */
  async inspect(): Promise<string[]> {
    const asked = await this.ask();
    if (asked?.status !== 201 && asked?.status !== 202) {
      return [`cannot be watched: ${asked?.status} ${asked?.text.slice(0, 200)}`];
    }
    const unrest = await until(() => this.#unrest());
    const read = await this.read();
    return [
      ...(unrest === undefined ? [] : [unrest]),
      ...(read?.status === 200 ? [] : [`does not say what changed: ${read?.status}`]),
    ];
  }

  /** Why its watch is not at rest. */
  async #unrest(): Promise<string | undefined> {
    const { url, caller } = this.#options;
    const answer = await caller.watches();
    const watches = answer?.status === 200 ? watchesIn(answer) : [];
    const states = watches.map(({ id, state, error, gap_since: gap }) =>
      [id, state, error?.message ?? "", gap ?? ""].join(" "),
    );
    const kept = (await keptFor({ url }, caller.id)).map(
      ({ notificationUrl }) => addressedTo(notificationUrl).watch,
    );
    const [watch, ...others] = watches;
    const isWhole = watch?.state === "active" && watch.gap_since === undefined;
    if (isWhole && others.length === 0 && kept.join() === watch.id) return undefined;
    return `watches are [${states.join()}], and Graph keeps [${kept.join()}]`;
  }

  /** At the end: all that came has been reported. @returns what has not */
  async settle(): Promise<string[]> {
    const missing = await until(async () => {
      await this.read();
      const left = [...this.#awaited].filter((item) => !this.changes.knows(item));
      return left.length === 0
        ? undefined
        : `${left.length} of ${this.#awaited.size} messages were never reported`;
    });
    return missing === undefined ? [] : [missing];
  }
}

/** Waits until nothing is wrong. @returns what still is after a while */
async function until(wrong: () => Promise<string | undefined>): Promise<string | undefined> {
  const deadline = Date.now() + patience;
  for (;;) {
    const found = await wrong();
    if (found === undefined || Date.now() > deadline) return found;
    await setTimeout(100);
  }
}
