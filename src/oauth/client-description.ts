import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { defined } from "../contract/defined.ts";

/** What a person is shown of a client. All of it but the hosts comes from the client itself. */
export interface ClientDescription {
  name: string;
  /** The host that published what is known of it; absent: it has registered itself, unverified. */
  domain?: string;
  /** Where the browser is sent with the code. */
  redirectHost: string;
  /** A program on the person's own machine. */
  isLocal: boolean;
}

const longestName = 80;

/**
 * @param consent as the library gives it: escaped nowhere. Characters that could reorder or hide what
 *   stands beside them are left out, and a name is cut where it would fill the page.
 */
export function clientDescription(consent: ConsentDescription): ClientDescription {
  const { clientName, clientId, clientDomain, redirectHost, redirectIsLoopback } = consent;
  const name = plainText(clientName) || plainText(clientId);
  return {
    name: name.length > longestName ? `${name.slice(0, longestName)}…` : name,
    redirectHost,
    isLocal: redirectIsLoopback,
    ...defined({ domain: clientDomain }),
  };
}

/** A text of somebody else's on one line, without characters that hide or reorder what stands beside them. */
export const plainText = (text: string): string =>
  text.replaceAll(/\p{C}/gu, "").replaceAll(/\s+/gu, " ").trim();
