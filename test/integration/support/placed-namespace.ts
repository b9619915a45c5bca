import type { env } from "cloudflare:workers";

type Namespace = typeof env.AZURE_CONNECTION;
type Stub = ReturnType<Namespace["getByName"]>;

/** The connections' namespace as the platform has it: with jurisdictions, which workerd alone has not. */
export class PlacedNamespace {
  /** How objects were reached: `eu/user:ada`, `none/user:ada`, with ` near weur` after a hint. */
  readonly reached: string[] = [];
  readonly #stub: (id: string) => Stub;

  /** @param stub of the object, wherever it is said to be */
  constructor(stub: (id: string) => Stub) {
    this.#stub = stub;
  }

  /** What the Worker has bound as `AZURE_CONNECTION`. */
  bound(within = "none"): Pick<Namespace, "getByName" | "jurisdiction"> {
    return {
      jurisdiction: (name) => {
        if (within !== "none") throw new Error("A jurisdiction in a jurisdiction.");
        return this.bound(name) as Namespace;
      },
      getByName: (id, options) => {
        const hint = options?.locationHint;
        this.reached.push(`${within}/${id}${hint === undefined ? "" : ` near ${hint}`}`);
        return this.#stub(id);
      },
    };
  }
}
