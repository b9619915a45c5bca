import { AzureError, failure } from "../contract/errors.ts";
import { recordOf } from "../http/json.ts";

/** A credential, or what gives one; it is asked again when the credential ends or is refused. */
export type CredentialSource = string | (() => string | Promise<string>);

/** The credential of one client. Calls that need one at the same time share one asking. */
export interface Bearer {
  /**
   * @throws AzureError `unauthenticated` when the function gives none, and whatever `AzureError` it
   *   throws; `upstream_unavailable` for any other failure of it, with its cause
   */
  readonly current: () => Promise<string>;
  /**
   * Forgets a credential that was refused, unless another has taken its place.
   *
   * @returns whether {@link current} may give another one
   */
  readonly refused: (token: string) => boolean;
}

/** @param now milliseconds since the epoch */
export function bearerOf(source: CredentialSource, now: () => number): Bearer {
  if (typeof source === "string") return { current: async () => source, refused: () => false };
  let known: string | undefined;
  let asking: Promise<string> | undefined;
  const ask = async (): Promise<string> => {
    let token: unknown;
    try {
      token = await source();
    } catch (cause) {
      throw cause instanceof AzureError
        ? cause
        : new AzureError(failure("upstream_unavailable", "The credential function failed."), {
            cause,
          });
    }
    if (typeof token === "string" && token !== "") return (known = token);
    throw new AzureError(failure("unauthenticated", "The credential function gave none."));
  };
  return {
    async current() {
      if (known !== undefined && now() < endOf(known)) return known;
      return (asking ??= ask().finally(() => {
        asking = undefined;
      }));
    },
    refused(token) {
      if (known === token) known = undefined;
      return true;
    },
  };
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
