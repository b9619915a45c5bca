import { env } from "cloudflare:workers";
import type { ConnectionActor } from "../../../src/connection/actor.ts";
import type {
  AuthorizationCompletion,
  BeginAuthorization,
  Outcome,
} from "../../../src/contract/connection-rpc.ts";
import type { OwnStub } from "../../../src/contract/connection-rpc.ts";
import { authorize } from "./sandbox.ts";

export type Stub = OwnStub & DurableObjectStub<ConnectionActor>;

export const newUser = (): string => `u-${crypto.randomUUID()}`;

/** The stub's generated type gives up at details of any kind (`never`): it is used by its contract. */
export const actorOf = (connectionId: string): Stub =>
  env.AZURE_CONNECTION.getByName(connectionId) as DurableObjectStub as Stub;

/** What an outcome holds, or an error that says why there is nothing. */
export function expectOk<Value>(outcome: Outcome<Value>): Value {
  if (!outcome.ok) throw new Error(`${outcome.error.code}: ${outcome.error.message}`);
  return outcome.value;
}

/** Signs in on a connection, as the front Worker would let a browser do. */
export async function signIn(
  stub: Stub,
  account = "ada@contoso.example",
  options: Partial<BeginAuthorization> = {},
): Promise<Outcome<AuthorizationCompletion>> {
  const { authUrl, browserBinding } = expectOk(
    await stub.beginAuthorization({ start: "user", ...options }),
  );
  let url = authUrl;
  for (;;) {
    const response = await authorize(url, account);
    const completion = await stub.completeAuthorization({
      state: response.get("state") ?? "",
      response: response.toString(),
      ...(browserBinding !== undefined && { browserBinding }),
    });
    if (!completion.ok || completion.value.outcome !== "continued") return completion;
    url = completion.value.authUrl;
  }
}

/** A fresh connection that is signed in. */
export async function connected(account?: string, options?: Partial<BeginAuthorization>) {
  const id = `user:${newUser()}`;
  const stub = actorOf(id);
  const completion = expectOk(await signIn(stub, account, options));
  if (completion.outcome !== "connected") throw new Error(JSON.stringify(completion));
  return { id, stub, info: completion.info };
}
