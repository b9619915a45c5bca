import type { SandboxWorld } from "../create-world.ts";
import type { Authority } from "../tenants.ts";
import { failure } from "./entra-error.ts";
import type { Outcome } from "./entra-error.ts";
import type { TokenAnswer } from "./user-tokens.ts";

/** A token request whose client is authenticated. */
export interface GrantRequest {
  world: SandboxWorld;
  base: string;
  authority: Authority;
  form: URLSearchParams;
  clientId: string;
  claimsCapable: boolean;
}

export type Grant = (request: GrantRequest) => Promise<Outcome<TokenAnswer>>;

/** Fails with 900144 naming the parameter that is missing. */
export function requiredField(form: URLSearchParams, name: string): Outcome<string> {
  const value = form.get(name);
  return value
    ? { ok: true, value }
    : failure(900144, `The request body must contain the following parameter: '${name}'.`);
}
