import { missingScopes } from "../../entra/resource.ts";
import { conflict, unknownConnection, type Failure } from "../../contract/errors.ts";
import type {
  AuthorizationStart,
  OpenedLink,
  Outcome,
  PressedLink,
  ReconnectRequest,
} from "../../contract/connection-rpc.ts";
import { err, ok } from "../../contract/result.ts";
import { maskedName } from "../policy/masked-name.ts";
import { accountOf, standingRemedies } from "../policy/standing-remedies.ts";
import type { Grant } from "../tables/grant-store.ts";
import type { OpeningOptions } from "./authorization-opening.ts";
import { openByLink } from "./link-start.ts";
import { accountHash, readReconnectLink, type ReconnectLink } from "./reconnect-link.ts";

/** What a link asks of its account, and the grant that it repairs. */
interface Asked {
  grant: Grant;
  message: string;
  scopes: string[];
}

/**
 * Reconnect links, as the connection answers them. Whoever holds a link may be anybody: it shows a
 * masked name, and starts a sign-in that can only end with the account that is connected already.
 */
export class Reconnect {
  readonly #options: OpeningOptions;

  constructor(options: OpeningOptions) {
    this.#options = options;
  }

  /**
   * @returns `not_found` when the account of the link is not connected (any more), or the link is none of
   *   this connection; `conflict` with the reason `connected` when nothing has to be repaired
   */
  async request(opened: OpenedLink): Promise<Outcome<ReconnectRequest>> {
    const link = await this.#own(opened);
    if (!link.ok) return link;
    const asked = this.#asked(link.value);
    if (!asked.ok) return asked;
    const { grant, message, scopes } = asked.value;
    const name = grant.upn ?? grant.name;
    return ok({ account: name === null ? null : maskedName(name), message, scopes });
  }

  /**
   * Starts the sign-in: at the tenant of the account, with what is lacking.
   *
   * @returns as {@link request}; `throttled` when too many are under way
   */
  async begin(pressed: PressedLink): Promise<Outcome<AuthorizationStart>> {
    const link = await this.#own(pressed);
    if (!link.ok) return link;
    const asked = this.#asked(link.value);
    if (!asked.ok) return asked;
    const { grant, scopes } = asked.value;
    return openByLink(
      {
        start: "reconnect",
        tenantId: grant.tenant_id ?? "",
        required: grant.required_scopes,
        scopes,
        loginHint: grant.login_hint,
        prompt: null,
        from: pressed.from,
      },
      this.#options,
      // It may have been disconnected, or repaired, meanwhile.
      { conflict: () => failureOf(this.#asked(link.value)) },
    );
  }

  /** Any sibling that has the stub can get here: a link alone lets it do what its holder may. */
  async #own({ link }: OpenedLink): Promise<Outcome<ReconnectLink>> {
    const { config, connectionId, now } = this.#options;
    const read = await readReconnectLink(config.sessionSecret, link, now());
    return read.ok && read.value.connectionId === connectionId
      ? ok(read.value.link)
      : err(unknownConnection());
  }

  #asked({ account, scopes: named }: ReconnectLink): Outcome<Asked> {
    const { config, state } = this.#options;
    if (!state.exists) return err(unknownConnection());
    const grant = state.grant();
    const connected = accountOf(grant);
    if (connected === undefined || accountHash(connected) !== account) {
      return err(unknownConnection());
    }
    const lacking = missingScopes(named ?? [], grant.scopes, config.cloud);
    const standing = standingRemedies(grant, state.tokens.list());
    const [first] = standing;
    if (first === undefined && lacking.length === 0) return err(nothingToRepair());
    const consented = standing.flatMap(({ scopes = [] }) => scopes);
    return ok({
      grant,
      message: first?.message ?? "The application needs permissions that it was not given yet.",
      scopes: [...new Set([...consented, ...lacking])],
    });
  }
}

const failureOf = (outcome: Outcome<unknown>): Failure | undefined =>
  outcome.ok ? undefined : outcome.error;

const nothingToRepair = (): Failure =>
  conflict("connected", "This connection works: there is nothing to repair.");
