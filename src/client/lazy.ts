import type { ConnectionRpc } from "../connection/contract.ts";

/** What `AzureService.connection()` hands out: a `fetch` signed in as the user, and the actor's RPC. */
export interface ConnectionStub extends ConnectionRpc {
  fetch(input: string | URL | Request, init?: RequestInit): Promise<Response>;
}

/** A service binding to the entrypoint `AzureService`. */
export interface AzureBinding<Stub extends ConnectionStub = ConnectionStub> {
  connection(who: { userId: string; label?: string }): PromiseLike<Stub>;
}

/**
 * A user's connection, usable without awaiting it:
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
 */
export function azure(
  binding: AzureBinding,
  who: { userId: string; label?: string },
): ConnectionStub {
  let pending: Promise<ConnectionStub> | undefined;
  const use = async <Value>(call: (stub: ConnectionStub) => Promise<Value>): Promise<Value> => {
    const current = (pending ??= Promise.resolve(binding.connection(who)));
    try {
      return await call(await current);
    } catch (error) {
      if (pending === current) pending = undefined;
      throw error;
    }
  };
  return {
    fetch: (input, init) => use((stub) => stub.fetch(input, init)),
    info: () => use((stub) => stub.info()),
    beginAuthorization: (options) => use((stub) => stub.beginAuthorization(options)),
    completeAuthorization: (options) => use((stub) => stub.completeAuthorization(options)),
    confirmAuthorization: (options) => use((stub) => stub.confirmAuthorization(options)),
    import: (options) => use((stub) => stub.import(options)),
    accessToken: (options) => use((stub) => stub.accessToken(options)),
    refresh: (options) => use((stub) => stub.refresh(options)),
    disconnect: () => use((stub) => stub.disconnect()),
    events: (options) => use((stub) => stub.events(options)),
  };
}
