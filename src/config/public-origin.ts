import type { Result } from "../contract/result.ts";
import { isLoopback } from "../http/url.ts";
import { wrong, type ConfigError } from "./config-error.ts";
import { origin } from "./values.ts";

/** The sandbox signs anybody in, so there no address of this Worker is one that strangers can reach. */
export function publicOriginOf(
  values: { AZURE_REDIRECT_URI: readonly string[]; AZURE_PUBLIC_ORIGIN?: string | undefined },
  sandbox: boolean,
): Result<string, ConfigError> {
  const { AZURE_REDIRECT_URI: redirectUris, AZURE_PUBLIC_ORIGIN: given } = values;
  const reason = "on loopback, because AZURE_CLOUD is sandbox";
  if (sandbox && !redirectUris.every(isLocal)) {
    return wrong("AZURE_REDIRECT_URI", `must hold URLs ${reason}`);
  }
  const read = origin(given ?? new URL(redirectUris[0] ?? "").origin);
  if (!read.ok) return wrong("AZURE_PUBLIC_ORIGIN", read.error);
  if (sandbox && !isLocal(read.value)) return wrong("AZURE_PUBLIC_ORIGIN", `must be ${reason}`);
  const here = redirectUris.filter((uri) => new URL(uri).origin === read.value);
  const own = `${read.value}/callback`;
  // Without this Worker's own, a callback at its origin is a typing error: sign-ins would end in 404.
  return here.length === 0 || here.includes(own)
    ? read
    : wrong(
        "AZURE_REDIRECT_URI",
        "must hold this Worker's own callback, the path /callback, beside any other at its origin; if that is another program's, set AZURE_PUBLIC_ORIGIN",
      );
}

const isLocal = (url: string): boolean => isLoopback(new URL(url).hostname);
