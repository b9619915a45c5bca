import { ClientSecretPost } from "oauth4webapi";
import type { ClientAuth } from "oauth4webapi";
import type { TokenFailure } from "./token-failure.ts";

/** Wrong secret, expired secret. */
const refusalCodes = new Set([7000215, 7000222]);
/** "Error validating credentials", which older servers say of grants too. */
const credentialCode = 70002;

/** Whether Entra refused the secret itself, so that another one may do. */
export function refusesSecret({ code: error, codes, disposition }: TokenFailure): boolean {
  // An overloaded service has checked nothing, whatever its body says.
  if (disposition.latch !== "app") return false;
  if (codes.some((code) => refusalCodes.has(code))) return true;
  return error === "invalid_client" && codes.every((code) => code === credentialCode);
}

/**
 * The app's secrets during a rollover: tried in order, starting with the one that worked last, so
 * that neither adding the new one nor the expiry of the old one is an outage.
 */
export class ClientSecrets {
  readonly #authentications: readonly ClientAuth[];
  #current = 0;

  constructor(secrets: readonly string[]) {
    this.#authentications = secrets.map((secret) => ClientSecretPost(secret));
  }

  /** Each secret once; `accept` remembers it as the one to begin with. */
  *candidates(): Generator<{ authentication: ClientAuth; accept: () => void }> {
    const first = this.#current;
    for (let offset = 0; offset < this.#authentications.length; offset += 1) {
      const index = (first + offset) % this.#authentications.length;
      const authentication = this.#authentications[index];
      if (authentication === undefined) return;
      yield {
        authentication,
        accept: () => {
          this.#current = index;
        },
      };
    }
  }
}
