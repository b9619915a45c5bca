/** What happened to an item: everything that Graph may have to report. */
export interface ItemChange {
  /** Place among all changes. */
  ordinal: number;
  /** Milliseconds since the epoch. */
  at: number;
  kind: "created" | "updated" | "deleted";
  item: string;
  /** Of the item after the change; null: it is gone. */
  etag: string | null;
}

interface Item {
  id: string;
  created: number;
  modified: number;
  version: number;
  /** Ordinal of the last change. */
  last: number;
  isDeleted: boolean;
}

/** Items on one page of a delta. */
const pageSize = 2;

const etagOf = ({ id, version }: Item): string => `W/"${id}.${version}"`;

/** A collection of one person's, such as a mail folder: its items, and their delta as Exchange gives it. */
export class Mailbox {
  readonly #items = new Map<string, Item>();
  /** Grows when Graph forgets where its readers are. */
  #age = 0;

  /** @param which taken modulo the items there are; @returns undefined where there is none to change */
  change(
    kind: ItemChange["kind"],
    { which, ordinal, at }: { which: number; ordinal: number; at: number },
  ): ItemChange | undefined {
    if (kind === "created") {
      const item = {
        id: `item-${ordinal}`,
        created: at,
        modified: at,
        version: 1,
        last: ordinal,
        isDeleted: false,
      };
      this.#items.set(item.id, item);
      return { ordinal, at, kind, item: item.id, etag: etagOf(item) };
    }
    const there = [...this.#items.values()].filter(({ isDeleted }) => !isDeleted);
    const item = there[which % Math.max(there.length, 1)];
    if (item === undefined) return undefined;
    item.last = ordinal;
    item.modified = at;
    item.isDeleted = kind === "deleted";
    item.version += 1;
    return { ordinal, at, kind, item: item.id, etag: item.isDeleted ? null : etagOf(item) };
  }

  isDeleted(id: string): boolean {
    return this.#items.get(id)?.isDeleted === true;
  }

  /** Readers have to begin anew. */
  forgetReaders(): void {
    this.#age += 1;
  }

  /** A page of the delta. @returns undefined where the place of a link is forgotten */
  delta(url: URL): Record<string, unknown> | undefined {
    const token = url.searchParams.get("$skiptoken") ?? url.searchParams.get("$deltatoken");
    const head = Math.max(0, ...[...this.#items.values()].map(({ last }) => last));
    // Of a first round: what was gone when it began is not in it.
    const [age, place, since, gone = 0] = token?.split(".").map(Number) ?? [
      this.#age,
      0,
      sinceOf(url.searchParams.get("$filter")),
      head,
    ];
    if (age !== this.#age || place === undefined || since === undefined) return undefined;
    const left = [...this.#items.values()]
      .filter(({ last, created }) => last > place && created >= since)
      .filter(({ isDeleted, last }) => !isDeleted || last > gone)
      .toSorted((one, other) => one.last - other.last);
    const page = left.slice(0, pageSize);
    const last = page.at(-1)?.last ?? place;
    const isEnd = left.length <= pageSize;
    const link = new URL(`${url.origin}${url.pathname}`);
    const name = isEnd ? "$deltatoken" : "$skiptoken";
    link.searchParams.set(name, [age, last, since, isEnd ? 0 : gone].join("."));
    return {
      value: page.map(viewOf),
      [isEnd ? "@odata.deltaLink" : "@odata.nextLink"]: link.href,
    };
  }
}

const sinceOf = (filter: string | null): number =>
  Date.parse(filter?.replace("receivedDateTime ge ", "") ?? "") || 0;

const viewOf = (item: Item): Record<string, unknown> =>
  item.isDeleted
    ? { id: item.id, "@removed": { reason: "deleted" } }
    : {
        "@odata.etag": etagOf(item),
        id: item.id,
        createdDateTime: new Date(item.created).toISOString(),
        lastModifiedDateTime: new Date(item.modified).toISOString(),
      };
