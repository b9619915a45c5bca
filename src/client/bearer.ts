import { AzureError, failure } from "../contract/errors.ts";
import { recordOf } from "../http/json.ts";

/** A credential, or what gives one; it is asked again when the credential ends or is refused. */
export type CredentialSource = string | (() => string | Promise<string>);

/** The credential of one client. Calls that need one at the same time share one asking. */
export class Bearer {
  readonly #source: CredentialSource;
  readonly #now: () => number;
  #token: string | undefined;
  #asking: Promise<string> | undefined;

  /** @param now milliseconds since the epoch */
  constructor(source: CredentialSource, now: () => number) {
    this.#source = source;
    this.#now = now;
  }

  /**
   * @throws AzureError `unauthenticated` when the function gives none, and whatever `AzureError` it
   *   throws; `upstream_unavailable` for any other failure of it, with its cause
   */
  async current(): Promise<string> {
    if (typeof this.#source === "string") return this.#source;
    if (this.#token !== undefined && this.#now() < endOf(this.#token)) return this.#token;
    this.#asking ??= this.#ask(this.#source).finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  /**
   * Forgets a credential that was refused, unless another has taken its place.
   *
   * @returns whether {@link current} may give another one
   */
  refused(token: string): boolean {
    if (typeof this.#source === "string") return false;
    if (this.#token === token) this.#token = undefined;
    return true;
  }

  async #ask(source: () => string | Promise<string>): Promise<string> {
    try {
      const token = await source();
      if (typeof token === "string" && token !== "") return (this.#token = token);
    } catch (error) {
      if (error instanceof AzureError) throw error;
      throw new AzureError(
        failure("upstream_unavailable", "The function that gives the credential failed."),
        { cause: error },
      );
    }
    throw new AzureError(
      failure("unauthenticated", "The function that gives the credential gave none."),
    );
  }
}

/**
 * When a credential says that it ends: `exp` of a JWT, in milliseconds. What is no JWT says nothing,
 * and is good until it is refused. Nothing is trusted because of it, so it is not verified.
 */
function endOf(token: string): number {
  try {
    const [, payload = ""] = token.split(".");
    const { exp } = recordOf(JSON.parse(atob(payload.replaceAll("-", "+").replaceAll("_", "/"))));
    return typeof exp === "number" ? exp * 1000 : Infinity;
  } catch {
    return Infinity;
  }
}
