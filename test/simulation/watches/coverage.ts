import type { Row } from "../model/tables.ts";
import { folders, type FolderName } from "./graph.ts";
import type { ItemChange } from "./mailbox.ts";

/** A change that watches have to report. */
interface Expected {
  change: ItemChange;
  folder: FolderName;
  /** Ids of the watches that were active before, whatever became of them since. */
  watches: readonly string[];
}

/** Changes may be missing since then, until it is over: milliseconds since the epoch. */
interface Gap {
  since: number;
  until: number;
}

export interface ToldChange {
  watch: string;
  kind: string;
  item: string;
  etag: string | null;
  time: number;
}

interface WatchEventData {
  watch: string;
  reason?: string;
  since?: string;
  caught_up?: boolean;
}

/** What can be known of a watch when everything is calm. */
export interface CalmWatch {
  id: string;
  /** Whatever was missed has been read by now. */
  isCaughtUp: boolean;
  /** Milliseconds by which clocks were set back. */
  skew: number;
}

/** Which changes were to be told, which were, and of which it was told that they may be missing. */
export class Coverage {
  /** Every change there was. */
  readonly made: { change: ItemChange; folder: FolderName }[] = [];
  /** Ids of the watches that have been active. */
  readonly active = new Set<string>();
  readonly told = new Map<string, ToldChange>();
  readonly #expected: Expected[] = [];
  readonly #gaps = new Map<string, Gap[]>();
  #lastEvent = 0;

  /** @param rows the watches before it */
  happened(change: ItemChange, folder: FolderName, rows: readonly Row[]): void {
    this.made.push({ change, folder });
    const watches = rows
      .filter(
        (row) =>
          this.active.has(String(row["id"])) &&
          row["resource"] === folders[folder].resource &&
          String(row["change_types"]).includes(change.kind),
      )
      .map((row) => String(row["id"]));
    if (watches.length > 0) this.#expected.push({ change, folder, watches });
  }

  /** Takes in what is written. @returns changes that were not before */
  read(events: readonly Row[], changes: readonly Row[], watches: readonly Row[]): ToldChange[] {
    for (const row of events) {
      const seq = Number(row["seq"]);
      if (seq <= this.#lastEvent) continue;
      this.#lastEvent = seq;
      this.#event(String(row["type"]), String(row["data"]), Number(row["time"]));
    }
    for (const row of watches) if (row["state"] === "active") this.active.add(String(row["id"]));
    const news: ToldChange[] = [];
    for (const row of changes) {
      const id = String(row["id"]);
      if (this.told.has(id)) continue;
      const told = {
        watch: String(row["watch"]),
        kind: String(row["type"]).replace("change.", ""),
        item: String(row["item"]),
        etag: row["etag"] === null ? null : String(row["etag"]),
        time: Number(row["time"]),
      };
      this.told.set(id, told);
      news.push(told);
    }
    return news;
  }

  #event(type: string, text: string, time: number): void {
    if (!type.startsWith("watch.")) return;
    const data: WatchEventData = JSON.parse(text);
    const gaps = this.#gaps.get(data.watch) ?? [];
    if (type === "watch.gap" && data.caught_up !== true && data.since !== undefined) {
      const isOver = data.reason === "missed" || data.reason === "overflow";
      gaps.push({ since: Date.parse(data.since), until: isOver ? time : Infinity });
    }
    // What Graph missed to deliver lies before its word; a subscription is missed until the next one.
    if (type === "watch.active") for (const gap of gaps) gap.until = Math.min(gap.until, time);
    this.#gaps.set(data.watch, gaps);
  }

  /**
   * Changes that a watch should have told, and did not, nor that they may be missing.
   *
   * @param excused whether nobody could know of a change
   */
  missing(
    { id, isCaughtUp, skew }: CalmWatch,
    excused: (change: ItemChange) => boolean,
  ): ItemChange[] {
    const told = [...this.told.values()].filter(({ watch }) => watch === id);
    const gaps = this.#gaps.get(id) ?? [];
    return this.#expected
      .filter(({ watches }) => watches.includes(id))
      .map(({ change }) => change)
      .filter((change) => !told.some((one) => tells(one, change, isCaughtUp)))
      .filter((change) => {
        const isInGap = gaps.some(
          ({ since, until }) => since <= change.at + skew && change.at <= until + skew,
        );
        return isCaughtUp || !isInGap;
      })
      .filter((change) => !excused(change));
  }
}

/** Of an item that was read later the last version is told, and no more. */
function tells(told: ToldChange, { kind, item, etag }: ItemChange, isCaughtUp: boolean): boolean {
  if (told.item !== item) return false;
  // An item is deleted once.
  if (told.kind === kind && told.etag === etag) return true;
  if (!isCaughtUp) return false;
  if (told.kind === "deleted") return true;
  return kind !== "deleted" && versionOf(told.etag) >= versionOf(etag);
}

const versionOf = (etag: string | null): number => Number(/\.(\d+)"$/.exec(etag ?? "")?.[1] ?? 0);
