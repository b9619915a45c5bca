import { AzureError, failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { recordOf } from "./json.ts";
import { readLink } from "./link.ts";
import { wholeNumber } from "./whole-number.ts";
import { defined } from "../contract/defined.ts";

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

/**
 * Reads the body of a list of Graph or ARM.
 *
 * @param endpoint under which the link of the next page must lie
 * @param nextLink the property that holds it
 * @returns `upstream_error` when the items or the link cannot be read: a list whose end is unknown
 *   is not a whole one
 */
export function readListBody<Item>(
  endpoint: string | URL,
  body: unknown,
  nextLink: "@odata.nextLink" | "nextLink",
): Result<PageAnswer<Item>, Failure> {
  const page = recordOf(body);
  const { value } = page;
  if (!Array.isArray(value)) return err(notAList());
  const link = readLink(endpoint, page[nextLink]);
  if (!link.ok) return link;
  const count = wholeNumber(page["@odata.count"], { most: Number.MAX_SAFE_INTEGER, round: "down" });
  // What an item is, is Microsoft's promise for this list; nothing here relies on it.
  return ok({ items: value as Item[], nextLink: link.value, count });
}

const notAList = (): Failure =>
  failure("upstream_error", "Microsoft answered with something else than a list.", {
    details: { reason: "no_collection" },
  });

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
        ...defined({ continuationToken: nextLink, count }),
      };
    } while (link !== undefined);
  }

  async #next(request: PageRequest, seen: Set<string>): Promise<Result<PageAnswer<Item>, Failure>> {
    if (request.link !== undefined) seen.add(request.link);
    const answer = await this.#readPage(request);
    const nextLink = answer.ok ? answer.value.nextLink : undefined;
    // Reported with the page that holds it: a caller of one page at a time would not see it again.
    return nextLink !== undefined && seen.has(nextLink) ? err(repeatedLink()) : answer;
  }
}
