import type { ConnectionRpc, ConnectionStub, Outcome } from "../contract/connection-rpc.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { microsoftErrorResponse } from "../http/microsoft-error.ts";
import { thrownFailure } from "../http/own-error.ts";
import { err } from "../contract/result.ts";
import type { AzureBinding } from "./service.ts";
import type { Owner, TenantOwner } from "./who.ts";

/** What a platform throws of a binding that leads to another entrypoint than `AzureService`. */
const foreignEntrypoint = /does not implement the method "connection"/;

const unbound = (found: string): Failure =>
  failure(
    "app_misconfigured",
    `azure() needs a service binding to AzureService; it got ${found}: see services in wrangler.jsonc.`,
    { details: { reason: "missing_binding" } },
  );

/** The failure of an error that asking for a stub ended with; undefined for one of the platform's own. */
const refusal = (error: unknown): Failure | undefined =>
  error instanceof Error && foreignEntrypoint.test(error.message)
    ? unbound("another entrypoint")
    : thrownFailure(error);

type MethodName = keyof ConnectionRpc;
/** As all of them look to whoever only hands on: each takes options of its own. */
interface Rpc {
  ask(options: object): Promise<Outcome<unknown>>;
}

/** All that a stub has besides `fetch`: the compiler demands every name. */
const methodNames = Object.keys({
  info: 1,
  beginAuthorization: 1,
  completeAuthorization: 1,
  confirmAuthorization: 1,
  import: 1,
  accessToken: 1,
  refresh: 1,
  disconnect: 1,
  events: 1,
  watch: 1,
  unwatch: 1,
  watches: 1,
  changes: 1,
} satisfies Record<MethodName, 1>) as MethodName[];

/**
 * A user's or a tenant's connection, usable without awaiting it:
 *
 * ```ts
 * const ada = azure(env.AZURE, { userId: "ada" });
 * await ada.fetch("https://graph.microsoft.com/v1.0/me");
 * ```
 *
 * An un-awaited result of `env.AZURE.connection()` is a pipelined promise: it serves one call, and
 * once it has resolved every later one fails with "does not implement the method". This waits for
 * the stub at the first use and keeps it; a stub that threw may be broken for good, so the next call
 * asks for another. A stub lives as long as the request that got it: make one per request.
 *
 * When no stub is to be had (the Worker is misconfigured, this binding lacks a scope or is missing),
 * calls fail as those of a stub do: `fetch` answers with the error in Microsoft's shape, marked by
 * `x-azure-error`, and methods give `{ ok: false, error }`.
 *
 * @param binding `env.AZURE`; its absence is a failure of each call, `app_misconfigured`
 */
export function azure(
  binding: Pick<AzureBinding, "connection"> | undefined,
  who: Owner | Pick<TenantOwner, "tenantId">,
): ConnectionStub {
  let pending: Promise<ConnectionStub> | undefined;
  const use = async <Value>(
    call: (stub: ConnectionStub) => Promise<Value>,
    refused: (reason: Failure) => Value,
  ): Promise<Value> => {
    if (binding === undefined) return refused(unbound("none"));
    const current = (pending ??= Promise.resolve(binding.connection(who)));
    try {
      return await call(await current);
    } catch (error) {
      if (pending === current) pending = undefined;
      const reason = refusal(error);
      if (reason === undefined) throw error;
      return refused(reason);
    }
  };
  const asking = methodNames.map((name) => [
    name,
    (options: object) =>
      use<Outcome<unknown>>((stub) => {
        const methods: Record<MethodName, Rpc["ask"]> = stub;
        return methods[name](options);
      }, err),
  ]);
  return {
    fetch: (input, init) => use((stub) => stub.fetch(input, init), microsoftErrorResponse),
    // Each hands on what the stub's method of its name takes and gives.
    ...(Object.fromEntries(asking) as ConnectionRpc),
  };
}
