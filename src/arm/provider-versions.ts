import { failure, type Failure } from "../errors.ts";
import { err, ok, type Result } from "../result.ts";
import { apiVersionOfType, knownApiVersions, type ProviderResourceType } from "./api-version.ts";
import type { ResourceId } from "./resource-id.ts";

/** What providers said about their types, by lower-case namespace. It is the same for everybody in one cloud. */
export type ProviderCache = Map<string, readonly ProviderResourceType[]>;

export type ReadProviderTypes = (
  namespace: string,
  subscriptionId: string | undefined,
) => Promise<Result<readonly ProviderResourceType[], Failure>>;

/** The api-version of any resource type: overridden, known, or looked up once per provider. */
export class ProviderVersions {
  readonly #overrides: ReadonlyMap<string, string>;
  readonly #cache: ProviderCache;
  readonly #read: ReadProviderTypes;
  /** Look-ups under way, so that concurrent calls share one. */
  readonly #flights = new Map<string, ReturnType<ReadProviderTypes>>();

  /** @param overrides version by type (`Microsoft.Compute/virtualMachines`), in any case. */
  constructor(
    read: ReadProviderTypes,
    overrides: Readonly<Record<string, string>> = {},
    cache: ProviderCache = new Map(),
  ) {
    this.#read = read;
    this.#cache = cache;
    this.#overrides = new Map(
      [...Object.entries(knownApiVersions), ...Object.entries(overrides)].map(
        ([type, version]) => [type.toLowerCase(), version] as const,
      ),
    );
  }

  /**
   * @returns `invalid_request` when the provider knows no such type, or why the provider could not
   * be read.
   */
  async versionOf({
    type,
    namespace,
    subscriptionId,
  }: ResourceId): Promise<Result<string, Failure>> {
    const fixed = this.#overrides.get(type.toLowerCase());
    if (fixed !== undefined) return ok(fixed);
    const types = await this.#typesOf(namespace, subscriptionId);
    if (!types.ok) return types;
    const version = apiVersionOfType(type, types.value);
    if (version !== undefined) return ok(version);
    return err(
      failure(
        "invalid_request",
        `${namespace} lists no api-version for ${type}: give api_version.`,
        {
          details: { field: "api_version" },
        },
      ),
    );
  }

  async #typesOf(
    namespace: string,
    subscriptionId: string | undefined,
  ): Promise<Result<readonly ProviderResourceType[], Failure>> {
    const key = namespace.toLowerCase();
    const kept = this.#cache.get(key);
    if (kept !== undefined) return ok(kept);
    let flight = this.#flights.get(key);
    if (flight === undefined) {
      flight = this.#read(namespace, subscriptionId);
      this.#flights.set(key, flight);
    }
    try {
      const types = await flight;
      if (types.ok) this.#cache.set(key, types.value);
      return types;
    } finally {
      this.#flights.delete(key);
    }
  }
}
