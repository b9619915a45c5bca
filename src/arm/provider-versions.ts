import { failure, type Failure } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import {
  apiVersionOfType,
  isListedUnreadably,
  knownApiVersions,
  type ProviderResourceType,
} from "./api-version.ts";
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
   * @returns `invalid_request` when the provider lists no such type, `upstream_error` when what it
   * says of the type cannot be read, or why the provider could not be asked.
   */
  async versionOf({
    type,
    namespace,
    subscriptionId,
  }: ResourceId): Promise<Result<string, Failure>> {
    const fixed = this.#overrides.get(type.toLowerCase());
    if (fixed !== undefined) return ok(fixed);
    const kept = apiVersionOfType(type, this.#cache.get(namespace.toLowerCase()) ?? []);
    if (kept !== undefined) return ok(kept);
    // What an earlier answer did not say, a new one may.
    const types = await this.#lookUp(namespace, subscriptionId);
    if (!types.ok) return types;
    const version = apiVersionOfType(type, types.value);
    return version === undefined ? err(noVersion(type, namespace, types.value)) : ok(version);
  }

  /** Takes back what a provider said, since ARM refused a version of its list. */
  forget({ namespace }: ResourceId): void {
    this.#cache.delete(namespace.toLowerCase());
  }

  async #lookUp(
    namespace: string,
    subscriptionId: string | undefined,
  ): Promise<Result<readonly ProviderResourceType[], Failure>> {
    const key = namespace.toLowerCase();
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

function noVersion(
  type: string,
  namespace: string,
  listed: readonly ProviderResourceType[],
): Failure {
  return isListedUnreadably(type, listed)
    ? failure(
        "upstream_error",
        `What ${namespace} lists as api-versions of ${type} cannot be read: give one.`,
        { details: { reason: "unexpected_body" } },
      )
    : failure("invalid_request", `${namespace} lists no api-version for ${type}: give one.`, {
        details: { field: "apiVersion" },
      });
}
