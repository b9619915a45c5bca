/** One object as it is now, or the mark it left when it went. */
export interface Change<T> {
  id: string;
  version: number;
  /** The version the object was created at. */
  created: number;
  /** Undefined once the object is deleted. */
  item: T | undefined;
}

/** What a write did to one object: undefined where it was, or is, not there. */
export interface Written<T> {
  id: string;
  before: T | undefined;
  after: T | undefined;
}

/**
 * A collection that remembers when each of its objects last changed, so that a delta query can
 * ask for what changed since. Every write takes the next version number.
 */
export class ChangeLog<T> {
  readonly #entries = new Map<string, Change<T>>();
  #version = 0;
  #listener: ((written: Written<T>) => void) | undefined;

  /** Reports every write from now on. */
  listen(listener: (written: Written<T>) => void): void {
    this.#listener = listener;
  }

  get version(): number {
    return this.#version;
  }

  put(id: string, item: T): T {
    this.#version += 1;
    const known = this.#entries.get(id);
    const created = known?.item === undefined ? this.#version : known.created;
    this.#entries.set(id, { id, version: this.#version, created, item });
    this.#listener?.({ id, before: known?.item, after: item });
    return item;
  }

  get(id: string): T | undefined {
    return this.#entries.get(id)?.item;
  }

  /** Returns whether there was something to delete. */
  delete(id: string): boolean {
    const known = this.#entries.get(id);
    if (known?.item === undefined) return false;
    this.#version += 1;
    this.#entries.set(id, { ...known, version: this.#version, item: undefined });
    this.#listener?.({ id, before: known.item, after: undefined });
    return true;
  }

  /** The living objects in the order of their first writing. */
  values(): T[] {
    return [...this.#entries.values()].flatMap(({ item }) => (item === undefined ? [] : [item]));
  }

  /**
   * What changed after version `from` up to version `until`, oldest change first. A first round
   * (`from` 0) does not speak of the deleted.
   */
  changes(from: number, until: number): Change<T>[] {
    return [...this.#entries.values()]
      .filter(({ version }) => version > from && version <= until)
      .filter(({ item }) => from > 0 || item !== undefined)
      .sort((left, right) => left.version - right.version);
  }
}
