import type { Config } from "../config/config.ts";
import type { ConnectionEvent, EventPage } from "../contract/connection-events.ts";
import { parseConnectionId } from "../contract/connection-id.ts";
import type { ConnectionInfo } from "../contract/connection-info.ts";
import { defined } from "../contract/defined.ts";
import type { Failure } from "../contract/errors.ts";
import type { Remedy } from "../contract/remedy.ts";
import type { ConnectionState } from "./connection-state.ts";
import { reconnectUrl } from "./grant/reconnect-link.ts";
import { adminConsentUrl } from "./policy/remedies.ts";
import { accountOf, healedBySignIn, signInPlace } from "./policy/standing-remedies.ts";

export interface RemedyLinksOptions {
  connectionId: string;
  config: Pick<Config, "publicOrigin" | "sessionSecret" | "connectPageUrl">;
  state: Pick<ConnectionState, "exists" | "grant" | "tokens">;
  now: () => number;
}

/**
 * Gives remedies that leave the object their `connect_url`. It is made at that moment and never
 * stored: it carries the power to repair the connection, and it ends.
 */
export class RemedyLinks {
  readonly #options: RemedyLinksOptions;

  constructor(options: RemedyLinksOptions) {
    this.#options = options;
  }

  /** @param stored by an older version it may have been stored with a link, which is replaced */
  remedy(remedy: Remedy): Remedy {
    const { connect_url: _, ...stored } = remedy;
    if (stored.action === "admin_consent") return { ...stored, ...this.#adminConsent(stored) };
    if (!healedBySignIn.has(stored.action)) return stored;
    return { ...stored, ...defined({ connect_url: this.#connectUrl() }) };
  }

  /**
   * The remedy of a watch. A permission that it lacks latches nothing, so its link names what is to be
   * asked for.
   */
  ofWatch(remedy: Remedy): Remedy {
    const linked = this.remedy(remedy);
    const { connectionId, config, state, now } = this.#options;
    const account = state.exists ? accountOf(state.grant()) : undefined;
    const isForUser = parseConnectionId(connectionId)?.kind === "user" && account !== undefined;
    if (linked.action !== "consent" || linked.connect_url !== undefined || !isForUser)
      return linked;
    const { scopes = [] } = linked;
    return {
      ...linked,
      connect_url: reconnectUrl({ connectionId, account, scopes, ...config, now: now() }),
    };
  }

  failure(failure: Failure): Failure {
    const { remedy } = failure;
    return remedy === undefined ? failure : { ...failure, remedy: this.remedy(remedy) };
  }

  info(info: ConnectionInfo): ConnectionInfo {
    const { remedy, resources } = info;
    return {
      ...info,
      ...(remedy !== undefined && { remedy: this.remedy(remedy) }),
      resources: resources.map((row) =>
        row.remedy === undefined ? row : { ...row, remedy: this.remedy(row.remedy) },
      ),
    };
  }

  event(event: ConnectionEvent): ConnectionEvent {
    switch (event.type) {
      case "connection.action_required":
        return { ...event, data: { remedy: this.remedy(event.data.remedy) } };
      case "watch.blocked":
        return { ...event, data: { ...event.data, remedy: this.ofWatch(event.data.remedy) } };
      default:
        return event;
    }
  }

  page(page: EventPage): EventPage {
    return { ...page, events: page.events.map((event) => this.event(event)) };
  }

  /** Of a tenant's connection the tenant is known from its id, whatever is stored. */
  #adminConsent({ admin_consent_url: stored }: Remedy): Pick<Remedy, "admin_consent_url"> {
    const { connectionId, config } = this.#options;
    const owner = parseConnectionId(connectionId);
    return defined({
      admin_consent_url:
        owner?.kind === "tenant" ? adminConsentUrl(config.publicOrigin, owner.tenantId) : stored,
    });
  }

  #connectUrl(): string | undefined {
    const { connectionId, config, state, now } = this.#options;
    // A tenant's connection is an administrator's matter: no user's sign-in repairs it.
    if (parseConnectionId(connectionId)?.kind === "tenant") return undefined;
    const place = state.exists
      ? signInPlace(state.grant(), state.tokens.list())
      : signInPlace(undefined, []);
    switch (place.kind) {
      case "link":
        return reconnectUrl({ connectionId, account: place.account, ...config, now: now() });
      case "host_page":
        return config.connectPageUrl;
      case "nowhere":
        return undefined;
    }
  }
}
