import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";

/** Reads `odata.maxpagesize=n` out of a Prefer header. */
export function preferredPageSize(prefer: string | undefined): number | undefined {
  const size = /(?:^|[\s,;])odata\.maxpagesize\s*=\s*"?(\d+)"?/i.exec(prefer ?? "")?.[1];
  return size === undefined || Number(size) === 0 ? undefined : Number(size);
}

export interface PageSizes {
  /** The text of $top. */
  top: string | null;
  /** The Prefer header, where the workload honours it. */
  prefer?: string | undefined;
  /** What the service sends unasked. */
  usual: number;
  /** The most $top may ask for. */
  most: number;
  /** The sandbox's setting, which takes the place of `usual`. */
  setting: number | null;
}

/** Items on a page. Error: what $top holds that is no page size. */
export function pageSize(sizes: PageSizes): Result<number, string> {
  const { top, prefer, usual, most, setting } = sizes;
  const preferred = preferredPageSize(prefer);
  if (top === null) return ok(Math.min(preferred ?? setting ?? usual, most));
  const size = Number(top);
  if (!/^\d+$/.test(top) || size < 1 || size > most) return err(top);
  return ok(Math.min(size, preferred ?? size));
}

/** The text of $skip as a number. Error: the text that is none. */
export function parseSkip(skip: string | null): Result<number, string> {
  if (skip === null) return ok(0);
  return /^\d+$/.test(skip) ? ok(Number(skip)) : err(skip);
}

export interface Page<T> {
  items: T[];
  /** Where the next page begins; undefined on the last one. */
  next?: number;
}

/** The page of `items` that begins at `start`. */
export function pageAt<T>(items: readonly T[], start: number, size: number): Page<T> {
  const end = start + size;
  return end < items.length
    ? { items: items.slice(start, end), next: end }
    : { items: items.slice(start, end) };
}
