import { errorStatuses, failure, type Failure } from "../contract/errors.ts";
import { writeJson } from "../http/json.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";
import { defaultBudgetMs, isIdempotentWrite, retryWait } from "../http/retry-policy.ts";
import { abortable } from "../http/transport.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { BatchRequest, BatchResponse } from "../contract/batch.ts";
import { readBatchAnswer } from "./batch-answer.ts";
import { batchItems, batchParts, type BatchItem } from "./batch-plan.ts";
import type { Clock } from "./clock.ts";
import type { GraphSession } from "./session.ts";

export interface BatchOptions {
  /** Milliseconds in which throttled requests are tried again. Default 20 000. */
  budgetMs?: number | undefined;
  signal?: AbortSignal | undefined;
}

/** A request still without a final answer. */
interface Pending {
  item: BatchItem;
  /** Times it was sent. */
  attempts: number;
  /** Milliseconds since the epoch before which it must not be sent again. */
  dueAt: number;
}

/** Graph says of a request whose dependency failed. */
const failedDependency = 424;

/** One batch on its way: what is unanswered, and the answers so far. */
export class BatchRun {
  readonly #session: GraphSession;
  readonly #clock: Clock;
  readonly #options: BatchOptions;
  readonly #answers = new Map<string, BatchResponse>();
  /** Why a request's part was not answered, by id. */
  readonly #lost = new Map<string, Failure>();

  constructor(session: GraphSession, clock: Clock, options: BatchOptions) {
    this.#session = session;
    this.#clock = clock;
    this.#options = options;
  }

  /**
   * Sends the requests in parts of 20 and, alone, again those that were throttled inside a part,
   * each after its own Retry-After. Where a whole part fails after others were answered, its
   * requests are answered with that failure in Microsoft's error shape; a request whose own answer
   * is missing or cannot be read, with a 502.
   *
   * @returns the answers in the order asked; the failure when nothing was answered at all
   */
  async run(requests: readonly BatchRequest[]): Promise<Result<BatchResponse[], Failure>> {
    const items = batchItems(requests);
    if (!items.ok) return items;
    const began = this.#clock.now();
    let pending = items.value.map((item): Pending => ({ item, attempts: 0, dueAt: began }));
    while (pending.length > 0) {
      const now = this.#clock.now();
      const wake = Math.min(...pending.map(({ dueAt }) => dueAt));
      if (wake > now) await abortable(this.#clock.sleep(wake - now), this.#options.signal);
      // A timer may fire a fraction early; what it was set for is due all the same.
      const limit = Math.max(wake, this.#clock.now());
      const again = await this.#send(
        pending.filter(({ dueAt }) => dueAt <= limit),
        began,
      );
      pending = [...pending.filter(({ dueAt }) => dueAt > limit), ...again];
    }
    const [lost] = this.#lost.values();
    if (lost !== undefined && this.#answers.size === 0) return err(lost);
    return ok(items.value.map((item) => this.#answers.get(item.id) ?? this.#unanswered(item)));
  }

  async #send(due: readonly Pending[], began: number): Promise<Pending[]> {
    const entries = new Map(due.map((entry) => [entry.item.id, entry]));
    const again: Pending[] = [];
    for (const part of batchParts(due.map(({ item }) => withinRound(item, entries)))) {
      const responses = await this.#sendPart(part);
      const repeated = new Map<string, number>();
      for (const item of part) {
        const entry = entries.get(item.id);
        const response = responses?.get(item.id);
        if (entry === undefined || response === undefined) continue;
        const dueAt = this.#dueAgain(entry, response, began, repeated);
        if (dueAt === undefined) {
          this.#answers.set(item.id, response);
          continue;
        }
        again.push({ item, attempts: entry.attempts + 1, dueAt });
        repeated.set(item.id, dueAt);
      }
    }
    return again;
  }

  async #sendPart(part: readonly BatchItem[]): Promise<Map<string, BatchResponse> | undefined> {
    const body = writeJson({ requests: part }, "requests");
    const answer = !body.ok
      ? body
      : await this.#session.sendJson<unknown>({
          method: "POST",
          path: "/$batch",
          headers: { "content-type": "application/json" },
          body: body.value,
          safe: part.every(({ method }) => method === "GET"),
          budgetMs: this.#options.budgetMs,
          signal: this.#options.signal,
        });
    if (!answer.ok) {
      for (const { id } of part) this.#lost.set(id, answer.error);
      return undefined;
    }
    return readBatchAnswer(answer.value.body);
  }

  /**
   * When a request is to be sent again; undefined when its answer is final.
   *
   * @param repeated when the earlier requests of its part are, which it may depend on
   */
  #dueAgain(
    { item, attempts }: Pending,
    { status, headers }: BatchResponse,
    began: number,
    repeated: ReadonlyMap<string, number>,
  ): number | undefined {
    const now = this.#clock.now();
    const dependencies = (item.dependsOn ?? []).flatMap((id) => repeated.get(id) ?? []);
    const notBefore = Math.max(now, ...dependencies);
    // It failed only because one that is sent again did: it goes with that one.
    if (status === failedDependency && dependencies.length > 0) return notBefore;
    const waitMs = retryWait({
      attempt: attempts + 1,
      idempotent: item.method === "GET" || isIdempotentWrite(item.method, item.headers),
      outcome: { status },
      retryAfter: retryAfterSeconds(new Headers(headers), now),
      elapsedMs: now - began,
      budgetMs: this.#options.budgetMs ?? this.#clock.budgetMs ?? defaultBudgetMs,
      random: this.#clock.random,
    });
    return waitMs === undefined ? undefined : Math.max(now + waitMs, notBefore);
  }

  #unanswered({ id, method }: BatchItem): BatchResponse {
    const { details, retry_after: retryAfter, ...reason } = this.#lost.get(id) ?? leftOut(method);
    return {
      id,
      status: errorStatuses[reason.code],
      headers: retryAfter === undefined ? {} : { "Retry-After": String(retryAfter) },
      body: { error: { ...details, ...reason } },
    };
  }
}

const leftOut = (method: string): Failure =>
  failure(
    "upstream_error",
    "Microsoft's answer holds no readable one to this request of the batch.",
    method === "GET" ? {} : { details: { outcome: "unknown" } },
  );

/** A dependency that was answered before is met, and unknown to Graph in this round. */
function withinRound(item: BatchItem, round: ReadonlyMap<string, unknown>): BatchItem {
  const { dependsOn, ...rest } = item;
  const open = (dependsOn ?? []).filter((id) => round.has(id));
  return open.length === 0 ? rest : { ...rest, dependsOn: open };
}
