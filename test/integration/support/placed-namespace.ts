import type { env } from "cloudflare:workers";

type ConnectionObject = ReturnType<(typeof env.AZURE_CONNECTION)["getByName"]>;

/** What of a namespace the Worker uses. */
interface Bound<Stub> {
  getByName(id: string, options?: { locationHint?: string }): Stub;
  jurisdiction(name: string): Bound<Stub>;
}

/** A namespace as the platform has it: with jurisdictions, which workerd alone has not. */
export class PlacedNamespace<Stub = ConnectionObject> {
  /** How objects were reached: `eu/user:ada`, `none/user:ada`, with ` near weur` after a hint. */
  readonly reached: string[] = [];
  readonly #stub: (id: string) => Stub;

  /** @param stub of the object, wherever it is said to be */
  constructor(stub: (id: string) => Stub) {
    this.#stub = stub;
  }

  /** What the Worker has bound. */
  bound(within = "none"): Bound<Stub> {
    return {
      jurisdiction: (name) => {
        if (within !== "none") throw new Error("A jurisdiction in a jurisdiction.");
        return this.bound(name);
      },
      getByName: (id, options) => {
        const hint = options?.locationHint;
        this.reached.push(`${within}/${id}${hint === undefined ? "" : ` near ${hint}`}`);
        return this.#stub(id);
      },
    };
  }
}
