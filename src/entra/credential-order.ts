import type { Credential } from "./credential.ts";
import { meanings } from "./error-meanings.ts";
import type { TokenFailure } from "./token-failure.ts";

/**
 * What Entra says of a credential that another one may be better than: a wrong or ended secret, a
 * certificate that is not registered, has ended or does not fit the signature, a federated credential
 * without a match, an issuer whose documents or keys Entra cannot get.
 */
const refusalCodes = new Set([
  7000215, 7000222, 700021, 700027, 50012, 50027, 5002730, 5002738, 70021, 700211, 700212, 700213,
  7002137, 7002138, 700222, 700229, 7000272, 90061, 501661,
]);
/** "Error validating credentials", which older servers say of grants too. */
const credentialCode = 70002;

/**
 * Whether the assertion was refused for its times alone (AADSTS700024), so that a new one may do. An
 * overloaded service, which has checked nothing, is told by the meaning of its answer.
 */
export const refusesTime = ({ disposition }: TokenFailure): boolean =>
  disposition.message === meanings.clockSkew.message;

/** Whether Entra refused the credential itself, so that another one may do. */
export function refusesCredential({ code: error, codes, disposition }: TokenFailure): boolean {
  if (error === "assertion_unavailable" || error === "assertion_unreachable") return true;
  // An overloaded service has checked nothing, whatever its body says.
  if (disposition.latch !== "app") return false;
  if (codes.some((code) => refusalCodes.has(code))) return true;
  return error === "invalid_client" && codes.every((code) => code === credentialCode);
}

/**
 * The application's credentials: tried in order, starting with the one that worked last, so that neither
 * adding a new one nor the end of an old one is an outage.
 */
export class CredentialOrder {
  readonly #credentials: readonly Credential[];
  #current = 0;

  constructor(credentials: readonly Credential[]) {
    this.#credentials = credentials;
  }

  /** Each credential once; `accept` remembers it as the one to begin with. */
  *candidates(): Generator<{ credential: Credential; accept: () => void }> {
    const first = this.#current;
    for (let offset = 0; offset < this.#credentials.length; offset += 1) {
      const index = (first + offset) % this.#credentials.length;
      const credential = this.#credentials[index];
      if (credential === undefined) return;
      yield {
        credential,
        accept: () => {
          this.#current = index;
        },
      };
    }
  }
}
