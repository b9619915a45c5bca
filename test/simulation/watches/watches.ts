import type { Surroundings } from "../model/callers.ts";
import type { Capability, ConnectionSeen } from "../model/capability.ts";
import type { Step } from "../model/commands.ts";
import type { Answer, Outstanding } from "../model/microsoft.ts";
import type { Row } from "../model/tables.ts";
import type { ChangeKind } from "../../../src/contract/watch.ts";
import { kindChoices, type WatchesCommand } from "./commands.ts";
import { Coverage, type ToldChange } from "./coverage.ts";
import {
  addressOf,
  folderNames,
  folders,
  watchOf,
  WatchedGraph,
  type GraphManner,
  type Notification,
  type Subscription,
} from "./graph.ts";
import type { ItemChange } from "./mailbox.ts";

/** Rings after which all is done: a renewal lies half a week ahead, while lives of an hour are renewed. */
const mostRings = 170;

/** What watches see of the world around them. */
export interface WatchesSurroundings extends Surroundings {
  readonly ringing: boolean;
  readonly restsUntil: number;
  /** Nothing is under way. */
  readonly isIdle: boolean;
  /** Nothing was when the command of this step was given. */
  readonly isAlone: boolean;
  /** The Worker was deployed with other secrets. */
  readonly isRedeployed: boolean;
  /** Posts to this Worker from outside. */
  post(request: Request): Promise<Response>;
}

/** Watches of the connection, and Graph's side of them. */
export class Watches implements Capability {
  readonly graph: WatchedGraph;
  readonly #around: WatchesSurroundings;
  #coverage = new Coverage();
  readonly #faults: string[] = [];
  /** Rows of the step before. */
  #before: readonly Row[] = [];
  /** Subscriptions that a watch has held. */
  readonly #held = new Set<string>();
  /** Those of which Graph has said that it removed them, and was heard. */
  readonly #removed = new Set<string>();
  /** Subscriptions of what was ended while nothing was in the way: they may not be left. */
  readonly #ended = new Set<string>();
  /** Watches that were asked for anew with another wish to catch up. */
  readonly #changed = new Set<string>();
  /** A subscription that may live on without its watch: the connection lost what it knew. */
  readonly #abandoned = new Set<Subscription>();
  /** Which signed addresses before the secret that does now. */
  readonly #oldSigners = new Set<string>();
  /** Requests to delete a subscription, in all. */
  #deletions = 0;
  #life = 0;
  #alarmOfDead: number | null | undefined;
  /** Since when everything works: milliseconds since the epoch. */
  #mendedAt: number | undefined;

  constructor(around: WatchesSurroundings) {
    this.#around = around;
    this.graph = new WatchedGraph({
      now: () => around.now,
      post: (request) => around.post(request),
    });
  }

  get #rows(): readonly Row[] {
    return this.#around.rows?.watches ?? [];
  }

  take(command: Exclude<WatchesCommand, { do: "rotate" }>): void {
    const { stub, tables } = this.#around;
    switch (command.do) {
      case "askWatch":
        return this.#ask(command);
      case "giveUpWatch": {
        const row = this.#rows[command.which % Math.max(this.#rows.length, 1)];
        return row === undefined ? undefined : this.#giveUp(String(row["id"]));
      }
      case "change": {
        const { folder, kind, which } = command;
        const user = tables?.grant.upn;
        if (user === null || user === undefined) return;
        for (let count = 0; count < command.times; count += 1) {
          const change = this.graph.change(user, folder, { kind, which: which + count });
          if (change !== undefined) this.#coverage.happened(change, folder, this.#rows);
        }
        return;
      }
      case "deliver":
        return this.#deliver(command);
      case "lifecycle": {
        const subscription = this.#live(command.which);
        if (subscription === undefined) return;
        const { word } = command;
        const { says } = folders[subscription.folder];
        if (!says && (word === "missed" || word === "subscriptionRemoved")) return;
        if (word === "subscriptionRemoved") subscription.state = "removed";
        return this.graph.say(subscription, word);
      }
      case "forgetSubscription": {
        const subscription = this.#live(command.which);
        if (subscription !== undefined) subscription.state = "forgotten";
        return;
      }
      case "forgetReaders": {
        const user = tables?.grant.upn;
        if (user === null || user === undefined) return;
        return this.graph.mailbox(user, "inbox").forgetReaders();
      }
      case "graph":
        return this.graph.behave(command.manner, command.times);
      case "readChanges":
        return this.#around.start({ kind: "stray" }, () => stub.changes({ after: 0, limit: 100 }));
    }
  }

  /** A request of a watch arrived at Microsoft. @returns how it is answered; undefined: not yet */
  arrives({ request }: Outstanding): Answer | undefined {
    const token = request.headers.get("authorization")?.slice("Bearer ".length) ?? "";
    const issued = this.#around.ledger.access(token);
    if (issued?.audience.startsWith("https://graph.microsoft.com") !== true)
      this.#faults.push("Graph was asked for a watch with a token of something else");
    if (request.method === "DELETE") this.#deletions += 1;
    return answerBy(this.graph.arrives(request));
  }

  /** From now on another secret signs. */
  rotating(): void {
    for (const { signed_by: signer } of this.#rows) {
      if (typeof signer === "string") this.#oldSigners.add(signer);
    }
  }

  /** Every watch ends with the connection. */
  disconnecting(): () => void {
    return this.#ending(this.#rows);
  }

  mend(): void {
    this.graph.behave("serves", 0);
    this.#mendedAt = this.#around.now + this.#around.skew;
  }

  forget(): void {
    for (const subscription of this.graph.subscriptions) this.#abandoned.add(subscription);
    this.#coverage = new Coverage();
    this.#before = [];
    this.#ended.clear();
  }

  check({ rows, tables }: ConnectionSeen): string[] {
    const isOfNone = rows.watches.length + this.#before.length + rows.changes.length === 0;
    // Most schedules watch nothing.
    if (isOfNone && this.graph.subscriptions.length === 0) return this.#faults.splice(0);
    this.graph.tick();
    const faults = this.#faults.splice(0);
    const news = this.#coverage.read(rows.events, rows.changes, rows.watches);
    faults.push(...this.#untrue(news, rows.watches));
    faults.push(...repeated(rows.changes));
    for (const row of rows.watches) faults.push(...this.#row(row, tables.grant.upn));
    faults.push(...this.#alarm(rows.watchDue, rows.alarm));
    this.#before = rows.watches;
    return faults;
  }

  /** What is done until nothing of watches waits any more. */
  async *heals(): AsyncGenerator<Step, void> {
    if (this.#rows.length === 0 && this.graph.waiting.length === 0) return;
    for (let ring = 0; ring < mostRings && !this.#isCalm(); ring += 1) {
      if (this.graph.waiting.length > 0) yield step({ do: "deliver", manner: "all", which: 0 });
      for (const row of this.#rows.filter(({ state }) => state === "refused")) {
        yield step(askAgain(row));
      }
      yield step({ do: "alarm", wait: true });
    }
    if (this.graph.waiting.length > 0) yield step({ do: "deliver", manner: "all", which: 0 });
    for (let ring = 0; ring < 6 && !this.#isCalm(); ring += 1) {
      yield step({ do: "alarm", wait: true });
    }
  }

  /** Every watch was renewed since everything works, and what was missed was read. */
  #isCalm(): boolean {
    const mendedAt = this.#mendedAt ?? Infinity;
    return (
      this.graph.waiting.length === 0 &&
      this.#rows.every(
        (row) =>
          row["state"] === "active" &&
          Number(row["confirmed_at"]) > mendedAt &&
          !this.#oldSigners.has(String(row["signed_by"])) &&
          (row["catch_up"] === 0 || (row["gap_since"] === null && row["delta_link"] !== null)),
      )
    );
  }

  healed({ rows }: ConnectionSeen): string[] {
    const faults = this.#isCalm() ? [] : ["watches come to no rest"];
    for (const row of rows.watches) {
      const id = String(row["id"]);
      const catchesUp = row["catch_up"] === 1;
      if (row["state"] !== "active") {
        faults.push(`a watch stays ${String(row["state"])}: ${String(row["error"])}`);
        continue;
      }
      if (catchesUp && row["gap_since"] !== null) faults.push("a gap is not caught up");
      const live = this.#liveOf(id);
      if (live.length !== 1) faults.push(`${live.length} subscriptions of an active watch`);
      if (live[0]?.id !== row["subscription_id"]) faults.push("a watch lost its subscription");
      const isCaughtUp = catchesUp && !this.#changed.has(id);
      const { skew } = this.#around;
      const missing = this.#coverage.missing({ id, isCaughtUp, skew }, (change) =>
        this.#isExcused(change, id, catchesUp),
      );
      faults.push(
        ...missing.map(({ kind, item, at }) => `${kind} of ${item} at ${at} was never told`),
      );
    }
    const isLeft = this.graph.subscriptions.some(
      (one) => this.#ended.has(one.id) && this.graph.isLive(one),
    );
    if (isLeft) faults.push("a subscription is left of what was ended");
    return faults;
  }

  /** Nobody could know of it: Graph itself lost it, or what it says later no longer tells of it. */
  #isExcused(change: ItemChange, id: string, catchesUp: boolean): boolean {
    const { ordinal, kind, item } = change;
    const isUntold = this.graph.untold.has(`${id} ${ordinal}`);
    if (isUntold) return true;
    if (!catchesUp) return false;
    // By times that are no longer so it cannot be known when a thing happened.
    if (this.#around.skew > 0) return true;
    const isGone = this.#coverage.made.some(
      (made) => made.change.item === item && made.change.kind === "deleted",
    );
    // What is gone when a reading begins at the beginning, or whose end is not asked for.
    if (kind === "deleted") return ordinal <= this.graph.readFirst;
    return isGone;
  }

  #live(which: number): Subscription | undefined {
    const live = this.graph.subscriptions.filter((one) => this.graph.isLive(one));
    return live[which % Math.max(live.length, 1)];
  }

  #liveOf(id: string): Subscription[] {
    return this.graph.subscriptions.filter(
      (one) => watchOf(one.url) === id && this.graph.isLive(one) && !this.#abandoned.has(one),
    );
  }

  #ask({ folder, kinds, catchUp }: Extract<WatchesCommand, { do: "askWatch" }>): void {
    const { stub } = this.#around;
    const changeTypes: readonly ChangeKind[] = kindChoices[kinds] ?? kindChoices[0];
    const { resource } = folders[folder];
    const catchesUp = catchUp && folder === "inbox";
    const known = this.#rows.find(
      (row) => row["resource"] === resource && row["change_types"] === JSON.stringify(changeTypes),
    );
    if (known !== undefined && (known["catch_up"] === 1) !== catchesUp)
      this.#changed.add(String(known["id"]));
    this.#around.start({ kind: "watch" }, () =>
      stub.watch({ resource, changeTypes, catchUp: catchesUp }),
    );
  }

  #giveUp(id: string): void {
    const { stub } = this.#around;
    const ended = this.#ending(this.#rows.filter((row) => row["id"] === id));
    this.#around.start({ kind: "watch" }, async () => {
      const outcome = await stub.unwatch({ watchId: id });
      if (outcome.ok) ended();
      return outcome;
    });
  }

  /** @returns what is called once they are ended, unless the object died meanwhile */
  #ending(rows: readonly Row[]): () => void {
    const {
      life,
      tables,
      rows: stored,
      step: begun,
      isAlone,
      isRedeployed,
      now: at,
    } = this.#around;
    const held = rows.flatMap(({ subscription_id: id }) => (typeof id === "string" ? [id] : []));
    const mayBeDone = isAlone && this.graph.serves && tables?.grant.status === "active";
    const graphs = stored?.tokens.find((row) => row["resource"] === "graph");
    const isReady =
      !isRedeployed &&
      stored?.cooldowns.length === 0 &&
      graphs?.["remedy"] === null &&
      Number(graphs["expires_at"]) > at + 600_000;
    const answers = this.graph.answers;
    const deletions = this.#deletions;
    return () => {
      const { life: now, step: ended } = this.#around;
      const isAsked = this.#deletions >= deletions + held.length;
      if (mayBeDone && isReady && !isAsked && now === life && begun === ended)
        this.#faults.push("Graph was not asked to delete what was ended");
      const wasDone = this.graph.answers >= answers + held.length;
      if (mayBeDone && wasDone && now === life && begun === ended)
        for (const id of held) this.#ended.add(id);
    };
  }

  #deliver({ manner, which }: Extract<WatchesCommand, { do: "deliver" }>): void {
    const { graph } = this;
    graph.tick();
    const waiting = graph.waiting.splice(0);
    const post = (some: readonly Notification[]) => {
      const [first] = some;
      if (first !== undefined) this.#post(first.subscription.url, graph.bodyOf(some), some);
    };
    switch (manner) {
      case "all":
        for (const one of waiting) post([one]);
        return;
      case "backwards":
        for (const one of waiting.toReversed()) post([one]);
        return;
      case "twice":
        for (const one of waiting) {
          post([one]);
          this.#post(one.subscription.url, graph.bodyOf([one]), []);
        }
        return;
      case "together":
        for (const some of Map.groupBy(waiting, ({ subscription }) => subscription).values())
          post(some);
        return;
      case "one": {
        const [one] = waiting.splice(which % Math.max(waiting.length, 1), 1);
        graph.waiting.push(...waiting);
        return one === undefined ? undefined : post([one]);
      }
      case "lost": {
        const [one] = waiting.splice(which % Math.max(waiting.length, 1), 1);
        graph.waiting.push(...waiting);
        return one === undefined ? undefined : graph.lose(one);
      }
      case "forged":
      case "forgedWord": {
        graph.waiting.push(...waiting);
        const subscription = this.#live(which);
        if (subscription === undefined) return;
        const at = this.#around.now;
        const item = { ordinal: 0, at, kind: "created", item: "forged", etag: null } as const;
        const forged =
          manner === "forged"
            ? { subscription, at, change: item }
            : ({ subscription, at, word: "subscriptionRemoved" } as const);
        const body = graph.bodyOf([forged], "A".repeat(43));
        return this.#post(subscription.url, body, []);
      }
    }
  }

  /** @param items what waits again where it is not taken */
  #post(url: string, body: string, items: readonly Notification[]): void {
    this.#around.start({ kind: "notification" }, async () => {
      const request = new Request(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      const { status } = await this.#around.post(request);
      if (status !== 202) this.graph.waiting.unshift(...items);
      for (const { word, subscription } of status === 202 ? items : []) {
        const isRemoved = word === "subscriptionRemoved" && this.#held.has(subscription.id);
        if (isRemoved) this.#removed.add(subscription.id);
      }
      return { status };
    });
  }

  /** What was told is what happened, of watches that are there. */
  #untrue(news: readonly ToldChange[], rows: readonly Row[]): string[] {
    const there = new Set([...rows, ...this.#before].map((row) => String(row["id"])));
    return news.flatMap(({ watch, kind, item, etag }) => {
      if (!there.has(watch)) return ["a change is told of a watch that is ended"];
      const isMade = this.#coverage.made.some(
        ({ change }) =>
          change.item === item &&
          (change.etag === etag || (change.kind === "deleted" && kind === "deleted")),
      );
      return isMade ? [] : [`nobody made the change of ${item} that was told`];
    });
  }

  #row(row: Row, user: string | null): string[] {
    const faults: string[] = [];
    const { state, subscription_id: subscription, incarnation } = row;
    const waits = state === "active" ? row["subscription_id"] : "none";
    if (waits === null) faults.push("a watch is active without a subscription");
    if (state === "blocked" && row["remedy"] === null) faults.push("a watch is blocked by nothing");
    if (state === "refused" && row["error"] === null) faults.push("a watch is refused for nothing");
    if (subscription === null || subscription === undefined) return faults;
    const known = this.graph.byId(subscription);
    if (known === undefined) return [...faults, "a subscription that Graph never made"];
    if (this.#removed.has(known.id)) faults.push("a subscription that Graph removed is kept");
    const address = addressOf(known.url);
    if (known.user !== user) faults.push(`a subscription of ${known.user} is kept for ${user}`);
    if (address.watch !== row["id"] || address.incarnation !== incarnation)
      faults.push("a subscription of another address is kept");
    if (!this.#held.has(known.id)) {
      this.#held.add(known.id);
      const isOld = this.graph.subscriptions.some(
        (one) => one !== known && this.#held.has(one.id) && one.clientState === known.clientState,
      );
      if (isOld) faults.push("a new subscription has the secret of one before it");
    }
    return faults;
  }

  /** Where nothing is under way the alarm is set for what watches need, no later. */
  #alarm(due: number | null, alarm: number | null): string[] {
    const { isIdle, ringing, restsUntil, now, skew, life } = this.#around;
    if (life !== this.#life) this.#alarmOfDead = alarm;
    this.#life = life;
    // What a life left behind that waited for Graph may be as late as that would have been.
    if (due === null || !isIdle || ringing || alarm === this.#alarmOfDead) return [];
    const latest = Math.max(due, restsUntil, now) + skew;
    return alarm !== null && alarm <= latest
      ? []
      : [`a watch is due ${due - now} ms from now, and the alarm is ${String(alarm)}`];
  }
}

/** Two rows tell of the same. */
function repeated(changes: readonly Row[]): string[] {
  const seen = new Set<string>();
  for (const { watch, item, type, etag } of changes) {
    if (etag === null) continue;
    const name = JSON.stringify([watch, item, type, etag]);
    if (seen.has(name)) return ["a change is told twice"];
    seen.add(name);
  }
  return [];
}

const step = (command: Step["command"]): Step => ({
  command,
  hold: false,
  answer: { as: "service" },
});

function askAgain(row: Row): WatchesCommand {
  const folder = folderNames.find((name) => folders[name].resource === row["resource"]) ?? "inbox";
  const kinds = kindChoices.findIndex((some) => JSON.stringify(some) === row["change_types"]);
  return { do: "askWatch", folder, kinds, catchUp: row["catch_up"] === 1 };
}

function answerBy(manner: GraphManner): Answer | undefined {
  switch (manner) {
    case "hangs":
      return undefined;
    case "loses":
      return { as: "lost" };
    case "resets":
      return { as: "reset" };
    case "fails":
      return { as: "status", status: 503 };
    case "throttles":
      return { as: "status", status: 429, retryAfter: 30 };
    case "serves":
    case "forbids":
    case "isFull":
    case "refuses":
    case "doubts":
    case "shortens":
      return { as: "service" };
  }
}
