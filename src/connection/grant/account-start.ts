import type { AuthorizationStart, Outcome, PressedLink } from "../../contract/connection-rpc.ts";
import { conflict, unknownConnection, type Failure } from "../../contract/errors.ts";
import { err } from "../../contract/result.ts";
import { isHeld } from "../policy/grant-kind.ts";
import { selfConnecting } from "../policy/own-account.ts";
import { standingRemedies } from "../policy/standing-remedies.ts";
import { readAccountLink } from "./account-link.ts";
import type { OpeningOptions } from "./authorization-opening.ts";
import { openByLink } from "./link-start.ts";

/**
 * Account links, as the connection answers them. Whoever holds a link may be anybody: what it starts can
 * only end with the account that the connection's user is, which every adoption checks.
 */
export class AccountStart {
  readonly #options: OpeningOptions;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  /**
   * Starts the sign-in, at the tenant of the account.
   *
   * @returns `not_found` for a link that is none of this connection's, or where no account connects itself
   *   (any more); `conflict` with the reason `connected` when there is nothing to do; `throttled` when too
   *   many sign-ins are under way
   */
  async begin({ link, from }: PressedLink): Promise<Outcome<AuthorizationStart>> {
    const { config, connectionId, state, now } = this.#options;
    // Any sibling that has the stub can get here: a link alone lets it do what its holder may.
    const read = await readAccountLink(config.sessionSecret, link, now());
    const account = selfConnecting(config, connectionId);
    if (!read.ok || read.value.connectionId !== connectionId || account === undefined) {
      return err(unknownConnection());
    }
    const works = this.#works();
    if (works !== undefined) return err(works);
    const grant = state.exists ? state.grant() : undefined;
    const standing = grant === undefined ? [] : standingRemedies(grant, state.tokens.list());
    return openByLink(
      {
        start: "user",
        tenantId: account.tenantId,
        required: grant?.required_scopes ?? [],
        scopes: standing.flatMap(({ scopes = [] }) => scopes),
        loginHint: null,
        prompt: "select_account",
        from,
      },
      this.#options,
      // It may have been connected meanwhile.
      { conflict: () => this.#works() },
    );
  }

  #works(): Failure | undefined {
    const { state } = this.#options;
    if (!state.exists) return undefined;
    const grant = state.grant();
    const works = isHeld(grant) && standingRemedies(grant, state.tokens.list()).length === 0;
    return works ? conflict("connected", "This account is connected, and works.") : undefined;
  }
}
