import { AzureError, failure, type ErrorCode, type Failure } from "../../contract/errors.ts";
import { changeKinds } from "../../contract/watch.ts";
import { deltaSteps } from "../../graph/delta.ts";
import type { GraphSession } from "../../graph/session.ts";
import { isRecord } from "../../http/json.ts";
import type { ConnectionState } from "../connection-state.ts";
import { deltaSource, type DeltaNeed, type DeltaSource } from "../policy/delta-source.ts";
import { deliveryWindow } from "../policy/watch-gap.ts";
import { missedKind } from "../policy/missed-kind.ts";
import { parseWatchResource } from "../policy/watch-resource.ts";
import type { NewChange } from "../tables/changes.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { WatchRow } from "../tables/watches.ts";
import { storedText, type ChangeIntake } from "./change-intake.ts";
import { laterColumns } from "./subscription-term.ts";
import { errorOf, type WatchTransitions } from "./watch-transitions.ts";

/** Clocks differ: what was changed so shortly before a gap began is reported once more. */
const overlap = 5 * 60_000;
/** What a link leads to that is of no use any more, though Graph does not say that it lost the state. */
const linkFaults: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "invalid_request",
  "not_found",
  "upstream_error",
]);
/** After so many of them in a row the next reading begins anew: it finds all but what was deleted. */
const mostRefusals = 5;

export interface CatchUpOptions {
  state: ConnectionState;
  session: GraphSession;
  cipher: Pick<TokenCipher, "open" | "seal">;
  transitions: WatchTransitions;
  intake: ChangeIntake;
  now: () => number;
  random: () => number;
}

/** Reads by delta what a watch missed. Of the items nothing is kept but that they changed. */
export class CatchUp {
  readonly #options: CatchUpOptions;

  constructor(options: CatchUpOptions) {
    this.#options = options;
  }

  /** Reads what was missed; the first time, from where the next reading begins. */
  async run(id: string): Promise<void> {
    const { state, cipher, transitions } = this.#options;
    const row = state.exists ? state.watches.read(id) : undefined;
    if (row === undefined || row.state !== "active" || !row.catch_up) return;
    const { ends } = state;
    const gaps = transitions.gapsOf(id);
    const parsed = parseWatchResource(row.resource);
    const source = parsed.ok ? deltaSource(parsed.value, this.#needOf(row)) : undefined;
    // Of what has no delta nothing is ever read: without this it would be due for ever.
    if (source === undefined) return state.watches.update(id, { catch_up: false });
    try {
      const from = row.delta_link === null ? undefined : await this.#open(row.delta_link);
      const deltaLink = await this.#walk(row, ends, source, from);
      if (deltaLink === undefined) return;
      const sealed = await cipher.seal("delta_link", deltaLink);
      const present = this.#present(row, ends);
      if (present === undefined) return;
      state.watches.update(id, { delta_link: sealed, retry_at: null, attempts: 0, error: null });
      // A gap that began meanwhile is read with the next reading.
      if (transitions.gapsOf(id) === gaps) transitions.closeGap(present);
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      this.#failed(row, ends, error);
    }
  }

  #needOf(row: WatchRow): DeltaNeed {
    const since = sinceOf(row, this.#options.now());
    return { since, changeTypes: row.change_types, reports: row.gap_since !== null };
  }

  async #open(sealed: string): Promise<string | undefined> {
    const opened = await this.#options.cipher.open("delta_link", sealed);
    return opened.ok ? opened.value : undefined;
  }

  /** @returns where the next reading begins; undefined when the watch is no more */
  async #walk(
    row: WatchRow,
    ends: number,
    source: DeltaSource,
    from: string | undefined,
  ): Promise<string | undefined> {
    const first = await this.#read(row, ends, source, from);
    // Graph has forgotten where we were: everything is read, and what is older than the gap left out.
    const read = first === "lost" ? await this.#read(row, ends, source, undefined) : first;
    if (read === "lost") throw new AzureError(lostTwice());
    return read;
  }

  /** Reports what changed since the gap began, or since Graph reports where there is none. */
  async #read(
    row: WatchRow,
    ends: number,
    { path, ...source }: DeltaSource,
    from: string | undefined,
  ): Promise<string | "lost" | undefined> {
    const { state, session, intake, now } = this.#options;
    const since = sinceOf(row, now());
    const isReported = (item: string) => state.changes.holds(row.id, "change.created", item);
    for await (const step of deltaSteps<unknown>(session, path, { ...source, from })) {
      if (this.#present(row, ends) === undefined) return undefined;
      if (step.resync === true) return "lost";
      const missed = step.items.flatMap((item) => changeIn(item, { row, since, isReported }) ?? []);
      if (missed.length > 0) intake.keep(missed);
      if (step.deltaLink !== undefined) return step.deltaLink;
    }
    return undefined;
  }

  /** The watch as it is now, unless it is another's by now. */
  #present(row: WatchRow, ends: number): WatchRow | undefined {
    const { state } = this.#options;
    if (!state.exists || state.ends !== ends) return undefined;
    const present = state.watches.read(row.id);
    return present?.state === "active" ? present : undefined;
  }

  #failed(row: WatchRow, ends: number, error: AzureError): void {
    const { state, now, random } = this.#options;
    if (this.#present(row, ends) === undefined) return;
    const later = laterColumns(row, error, { now: now(), random: random() });
    const isUseless = later.attempts >= mostRefusals && linkFaults.has(error.code);
    state.watches.update(row.id, {
      ...later,
      ...(isUseless && { delta_link: null }),
      error: errorOf(error),
    });
  }
}

const lostTwice = (): Failure =>
  failure("upstream_error", "Microsoft's changes lead back to where they began.", {
    details: { reason: "resync_loop" },
  });

/**
 * The first reading is of what changed since Graph is known to report, and of all that it may still have
 * failed to deliver: what is lost before that reading is in no later one.
 */
function sinceOf(row: WatchRow, now: number): number {
  if (row.gap_since !== null) return row.gap_since - overlap;
  const { confirmed_at: confirmed, created_at: created } = row;
  return Math.max(created, Math.min(confirmed ?? created, now - deliveryWindow));
}

interface Reading {
  row: WatchRow;
  /** Milliseconds since the epoch: what changed before is not missed. */
  since: number;
  /** Whether it was reported that an item was created. */
  isReported: (item: string) => boolean;
}

/** What a delta says of an item, as a notification would. */
function changeIn(item: unknown, { row, since, isReported }: Reading): NewChange | undefined {
  const id = isRecord(item) ? storedText(item["id"]) : undefined;
  if (!isRecord(item) || id === undefined) return undefined;
  // Of a drive Graph reports nothing but `updated`, whatever happened to its items.
  const wanted = row.resource.endsWith("/root") ? changeKinds : row.change_types;
  const kind = missedKind(item, { since, wanted, isReported: () => isReported(id) });
  return kind === undefined
    ? undefined
    : {
        watch: row.id,
        type: `change.${kind}`,
        resource: `${row.resource}/${id}`,
        item: id,
        etag: storedText(item["@odata.etag"]) ?? storedText(item["eTag"]) ?? null,
        data: null,
      };
}
