import { AzureError, failure, type Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";

/** One page as its reader found it. */
export interface PageAnswer<Item> {
  items: Item[];
  nextLink?: string | undefined;
  /** The total, where the service was asked for it. */
  count?: number | undefined;
}

export interface PageRequest {
  /** The link of the page wanted; absent for the first. */
  link?: string | undefined;
  /** Items, for the first page; Microsoft carries it on in its links. */
  maxPageSize?: number | undefined;
}

export interface Page<Item> {
  items: Item[];
  /** Where to go on from, in this program or another. Absent: this was the last page. */
  continuationToken?: string;
  count?: number;
}

export interface PageSettings {
  continuationToken?: string | undefined;
  maxPageSize?: number | undefined;
}

export type ReadPage<Item> = (request: PageRequest) => Promise<Result<PageAnswer<Item>, Failure>>;

const repeatedLink = (): Failure =>
  failure("upstream_error", "Microsoft's pages lead back to a page already read.", {
    details: { reason: "repeated_link" },
  });

/**
 * A list that Microsoft hands out in pages: iterate it for its items, or `byPage()` for the pages.
 * Nothing is asked before the first item is. Iterating throws `AzureError`.
 */
export class PagedItems<Item> implements AsyncIterable<Item> {
  readonly #readPage: ReadPage<Item>;

  constructor(readPage: ReadPage<Item>) {
    this.#readPage = readPage;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
    for await (const { items } of this.byPage()) yield* items;
  }

  /**
   * The pages, from the first or from a `continuationToken` of an earlier page. A page may be empty
   * and still not be the last.
   */
  async *byPage(settings: PageSettings = {}): AsyncGenerator<Page<Item>, void, undefined> {
    const seen = new Set<string>();
    let link = settings.continuationToken;
    do {
      const answer = await this.#next({ link, maxPageSize: settings.maxPageSize }, seen);
      if (!answer.ok) throw new AzureError(answer.error);
      const { items, nextLink, count } = answer.value;
      link = nextLink;
      yield {
        items,
        ...(nextLink === undefined ? {} : { continuationToken: nextLink }),
        ...(count === undefined ? {} : { count }),
      };
    } while (link !== undefined);
  }

  async #next(request: PageRequest, seen: Set<string>): Promise<Result<PageAnswer<Item>, Failure>> {
    if (request.link !== undefined) {
      if (seen.has(request.link)) return err(repeatedLink());
      seen.add(request.link);
    }
    const answer = await this.#readPage(request);
    if (!answer.ok) return answer;
    // Microsoft ends a list with no link; some providers send an empty one or null.
    return ok({ ...answer.value, nextLink: answer.value.nextLink || undefined });
  }
}
