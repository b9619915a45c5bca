import {
  CLIENT_ID,
  CLIENT_NAME,
  CLIENT_SECRET,
  PUBLIC_CLIENT_ID,
  PUBLIC_CLIENT_NAME,
} from "../constants.ts";
import type { SandboxWorld } from "../create-world.ts";
import type { Authority } from "../tenants.ts";
import { assertionType, verifyAssertion } from "./client-assertion.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";

const registeredRedirect =
  /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?\/callback(\/admin)?$/;

/** Loopback alone. Redirect URIs are compared as written: no normalisation, query or fragment. */
export const isRegisteredRedirect = (uri: string): boolean => registeredRedirect.test(uri);

export const isPublicClient = (clientId: string): boolean =>
  clientId.toLowerCase() === PUBLIC_CLIENT_ID;

export const clientName = (clientId: string): string =>
  isPublicClient(clientId) ? PUBLIC_CLIENT_NAME : CLIENT_NAME;

export const isKnownClient = (clientId: string): boolean => clientId.toLowerCase() === CLIENT_ID;

export const unknownClient = (clientId: string, tenant: string) =>
  failure(
    700016,
    `Application with identifier '${clientId}' was not found in the directory '${tenant}'.`,
  );

interface Credentials {
  clientId: string | undefined;
  secret: string | undefined;
}

/** RFC 6749 §2.3.1: both halves of HTTP Basic are form-encoded first. */
function basicCredentials(authorization: string | undefined): Credentials | undefined {
  const encoded = /^Basic +([A-Za-z0-9+/=]+)$/i.exec(authorization ?? "")?.[1];
  if (encoded === undefined) return undefined;
  try {
    const [clientId, secret] = atob(encoded)
      .split(/:(.*)/s, 2)
      .map((half) => decodeURIComponent(half.replaceAll("+", " ")));
    return { clientId, secret };
  } catch {
    return undefined;
  }
}

/** A public client has nothing to prove itself by, and must not try. */
const publicClient = (credential: string | null): Outcome<{ clientId: string }> =>
  credential ? failure(700025) : { ok: true, value: { clientId: PUBLIC_CLIENT_ID } };

interface ClientRequest {
  world: SandboxWorld;
  form: URLSearchParams;
  authorization: string | undefined;
  authority: Authority;
  base: string;
}

/**
 * Authenticates the client of a token request: by an assertion, or by its secret, in the body or by HTTP
 * Basic; a public client by its id alone. Fails with 900144 (no client_id, or no client_assertion_type), 700016 (unknown), 7000218 (no
 * credential), 7000215 (wrong secret, or any where the application has none), 700025 (a public client with one), and as `verifyAssertion`.
 */
export async function authenticateClient({
  world,
  form,
  authorization,
  authority,
  base,
}: ClientRequest): Promise<Outcome<{ clientId: string }>> {
  const basic = basicCredentials(authorization);
  const clientId = form.get("client_id") ?? basic?.clientId;
  const secret = form.get("client_secret") ?? basic?.secret;
  if (!clientId) {
    return failure(900144, "The request body must contain the following parameter: 'client_id'.");
  }
  if (isPublicClient(clientId)) return publicClient(secret ?? form.get("client_assertion"));
  if (!isKnownClient(clientId)) return unknownClient(clientId, authority.segment);
  const assertion = form.get("client_assertion");
  if (assertion) {
    if (form.get("client_assertion_type") !== assertionType) {
      return failure(
        900144,
        "The request body must contain the following parameter: 'client_assertion_type'.",
      );
    }
    const checked = await verifyAssertion({ world, assertion, clientId, authority, base });
    return checked.ok ? { ok: true, value: { clientId: CLIENT_ID } } : checked;
  }
  if (!secret) return failure(7000218);
  if (secret !== CLIENT_SECRET || !world.settings.secrets) return failure(7000215);
  return { ok: true, value: { clientId: CLIENT_ID } };
}
