import type { AuthorizationStart, Outcome, PressedLink } from "../../contract/connection-rpc.ts";
import { ok } from "../../contract/result.ts";
import { randomToken, sha256Hex, signAtOnce } from "../../platform/keys.ts";
import type { StartedAuthorization } from "../tables/pending-authorizations.ts";
import {
  openAuthorization,
  type OpeningOptions,
  type OpeningTerms,
} from "./authorization-opening.ts";
import { checkStart } from "./authorization-start.ts";

/** A sign-in that the button of a link begins. */
export interface LinkStart extends Pick<PressedLink, "from"> {
  start: Extract<StartedAuthorization["start"], "user" | "reconnect">;
  /** Where the account of the link is. */
  tenantId: string;
  /** Scopes that the connection required before. */
  required: readonly string[];
  /** Added to these and to the default ones. */
  scopes: readonly string[];
  /** Microsoft's opaque one. Never the account's name, which is more than a link may show. */
  loginHint: string | null;
  prompt: StartedAuthorization["prompt"];
}

/**
 * Opens the sign-in in the browser whose button was pressed.
 *
 * @returns `invalid_request` where the tenant is not served here; `throttled` when too many are under way
 */
export async function openByLink(
  { start, tenantId, required, scopes, loginHint, prompt, from }: LinkStart,
  options: OpeningOptions,
  terms: OpeningTerms,
): Promise<Outcome<AuthorizationStart>> {
  const { config } = options;
  const checked = checkStart({ start, tenantId, scopes }, config, required);
  if (!checked.ok) return checked;
  const { tenant, scopes: asked, redirectUri } = checked.value;
  const browserBinding = randomToken();
  const browserHash = await sha256Hex(browserBinding);
  const opened = await openAuthorization(
    {
      start,
      tenant,
      scopes: asked,
      redirect_uri: redirectUri,
      return_url: null,
      login_hint: loginHint,
      prompt,
      browser_hash: browserHash,
      // No link's body has a dot, so that this is the MAC of none.
      begun_from: signAtOnce(config.sessionSecret, "reconnect", `from.${from}`),
    },
    options,
    terms,
  );
  return opened.ok ? ok({ ...opened.value, browserBinding }) : opened;
}
