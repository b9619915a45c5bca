import { jurisdictionChanged, noJurisdiction } from "../config/jurisdiction.ts";
import type { Jurisdiction } from "../config/jurisdiction.ts";
import { AzureError } from "../contract/errors.ts";
import { err, ok, type Result } from "../contract/result.ts";
import type { PlacementTable } from "../directory/placement-table.ts";
import { directoryUnreachable } from "../directory/fault.ts";
import { missingBinding } from "../platform/bindings.ts";
import { endsWithin } from "../platform/deadline.ts";

/** Milliseconds that the directory may take to say where the connections are. */
const patience = 2_000;
/** Milliseconds that go by before the directory is asked once more for what it could not say. */
const recheckAfter = 5_000;

interface PlacementOptions {
  /** As configured. */
  jurisdiction: Jurisdiction | undefined;
  directory: Pick<PlacementTable, "read" | "pin"> | undefined;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Whether the connections are where the configuration says. The directory is asked until it has an
 * answer that stays; from then on nothing is asked.
 */
export class Placement {
  readonly #options: PlacementOptions;
  /** The directory agreed, and what it holds never changes. */
  #settled = false;
  /** Milliseconds since the epoch until which reading goes on unasked: there is no connection yet. */
  #emptyUntil = 0;
  /** The same for everything, without a jurisdiction: the directory cannot be read. */
  #unreadUntil = 0;

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  /**
   * Call before an object is touched. While the directory cannot be read, a jurisdiction fails closed.
   * Without one calls go on: a connection does not depend on the directory, and its object is there.
   *
   * @param creates whether a connection may be made; the first one decides for all
   * @throws AzureError `app_misconfigured` naming `AZURE_JURISDICTION` when the connections are
   *   elsewhere; with a jurisdiction also naming `DB`, and `upstream_unavailable`
   */
  async check({ creates }: { creates: boolean }): Promise<void> {
    if (this.#settled) return;
    const { jurisdiction, now } = this.#options;
    if (now() < this.#unreadUntil || (!creates && now() < this.#emptyUntil)) return;
    // Every request asks for itself until one has the answer: a promise that another request made may
    // never settle, because its work ends with that request.
    const held = await this.#read(creates);
    if (!held.ok) {
      if (jurisdiction !== undefined) throw held.error;
      this.#unreadUntil = now() + recheckAfter;
    } else if (held.value === undefined) {
      this.#emptyUntil = now() + recheckAfter;
    } else {
      // A refusal is not kept, so that a corrected database needs no deploy.
      const changed = jurisdictionChanged(jurisdiction, held.value);
      if (changed !== undefined) throw new AzureError(changed);
      this.#settled = true;
    }
  }

  async #read(creates: boolean): Promise<Result<string | undefined, AzureError>> {
    const { directory, jurisdiction } = this.#options;
    if (directory === undefined) return err(new AzureError(missingBinding("DB")));
    let held: string | undefined;
    const ask = async (): Promise<void> => {
      held = creates ? await directory.pin(jurisdiction ?? noJurisdiction) : await directory.read();
    };
    try {
      const answered = await endsWithin(patience, ask());
      return answered ? ok(held) : err(new AzureError(directoryUnreachable()));
    } catch (error) {
      if (error instanceof AzureError) return err(error);
      throw error;
    }
  }
}
