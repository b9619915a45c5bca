import { connectionFields } from "../api/fields.ts";
import { asUser } from "../operations/as-user.ts";
import { userIdSchema, labelSchema } from "../contract/connection-id.ts";
import { connectionHeader } from "../contract/connection-owner.ts";
import { AzureError, failure, invalidField, type Failure } from "../contract/errors.ts";
import { orThrow } from "../contract/or-throw.ts";
import { err, ok, type Result } from "../contract/result.ts";
import { consoleCaller } from "./console-access.ts";
import type { Context, Middleware } from "./context.ts";
import { networkOf } from "./network.ts";
import { requireScope, type Caller } from "../callers/caller.ts";
import { callerOf } from "../callers/credential.ts";
import { chosenConnection, ownConnection, type ConnectionChoice } from "../callers/owner.ts";
import type { Scope } from "../contract/scope.ts";

/** Where a route's connection is named. */
export type ConnectionPlace = "query" | "path" | "header";

/** What a route asks of its caller. */
export interface Requirement {
  scope: (c: Context) => Scope;
  /** What it asks of an operator's cookie instead; absent: the cookie is not looked at. */
  console?: Scope | undefined;
  connection?: ConnectionPlace | undefined;
}

/** Seconds of the RATE_LIMIT binding's window: the longest a refused caller has to wait. */
const rateLimitWindow = 60;

/**
 * Checks who calls, how often, with which scope, and for which connection, in this order: a refusal says
 * nothing that its caller may not know.
 */
export function requires({ scope, console, connection }: Requirement): Middleware {
  return async (c, next) => {
    const caller = await authenticate(c, { byCookie: console !== undefined });
    c.set("caller", caller);
    const needed = caller.kind === "console" ? console : undefined;
    orThrow(requireScope(caller, needed ?? scope(c)));
    if (connection !== undefined) {
      c.set("connectionId", orThrow(connectionAt(connection, c, caller)));
      if (connection === "query") {
        c.set("as", asUser(c.get("connectionId"), field(c, "as", connectionFields.as)));
      }
    }
    await next();
  };
}

/**
 * @param byCookie whether the console's cookie may stand for a credential
 * @throws AzureError `unauthenticated`, or `throttled` by the deployment's own limit
 */
export async function authenticate(c: Context, { byCookie = false } = {}): Promise<Caller> {
  const { apiKeys, sessionSecret } = c.get("config");
  const authorization = c.req.header("authorization");
  const operator = byCookie && authorization === undefined ? await consoleCaller(c) : undefined;
  if (operator !== undefined) return countedCaller(c, ok(operator));
  return countedCaller(
    c,
    await callerOf(authorization, {
      apiKeys,
      sessionSecret,
      auth: c.env.AUTH,
      now: Date.now(),
    }),
  );
}

/**
 * Counts a request against the deployment's limit, whatever its credential.
 *
 * @throws AzureError why there is no caller, or `throttled`
 */
export async function countedCaller(c: Context, caller: Result<Caller, Failure>): Promise<Caller> {
  // Requests without a valid credential are limited by address: that slows guessing down.
  const key = caller.ok ? `${caller.value.kind}:${caller.value.id}` : addressKey(c);
  const excess = await limited(c, key);
  if (excess !== undefined) throw new AzureError(excess);
  return orThrow(caller);
}

/**
 * Counts a request of somebody without a credential.
 *
 * @returns `throttled` when its address has sent more than the deployment allows
 */
export const limitedByAddress = (c: Context): Promise<Failure | undefined> =>
  limited(c, addressKey(c));

const addressKey = (c: Context): string => `address:${callersNetwork(c)}`;

/** Where a request comes from, as the platform says; `unknown` where there is none, as on one machine. */
export const callersNetwork = (c: Context): string =>
  networkOf(c.req.header("cf-connecting-ip") ?? "unknown");

async function limited(c: Context, key: string): Promise<Failure | undefined> {
  // A host may leave the binding out.
  const limiter = c.env.RATE_LIMIT as RateLimit | undefined;
  if (limiter === undefined || (await limiter.limit({ key })).success) return undefined;
  return failure("throttled", "This caller sends more requests than this service allows.", {
    retry_after: rateLimitWindow,
    details: { service: "azure-integration-worker" },
  });
}

/** The connection that a request names, if the caller may use it. */
export function connectionAt(
  place: ConnectionPlace,
  c: Context,
  caller: Caller,
): Result<string, Failure> {
  switch (place) {
    case "path":
      return ownConnection(caller, c.req.param("id") ?? "");
    case "header": {
      const connection = named(c.req.header(connectionHeader), connectionHeader);
      if (connection === undefined && caller.userId === undefined) return err(headerMissing());
      return chosenConnection(caller, { connection });
    }
    case "query":
      return chosenConnection(caller, choiceInQuery(c));
  }
}

/** @throws AzureError `invalid_request` naming `user_id`, unless it is absent */
export const userIdInQuery = (c: Context): string | undefined => field(c, "user_id", userIdSchema);

/** @throws AzureError `invalid_request` naming `label`, unless it is absent */
export const labelInQuery = (c: Context): string | undefined => field(c, "label", labelSchema);

function choiceInQuery(c: Context): ConnectionChoice {
  return {
    userId: userIdInQuery(c),
    label: labelInQuery(c),
    connection: named(c.req.query("connection"), "connection"),
  };
}

const headerMissing = (): Failure =>
  invalidField(connectionHeader, "is required: the id of a connection");

const named = (id: string | undefined, field: string) =>
  id === undefined ? undefined : { id, field };

function field(
  c: Context,
  name: string,
  schema: typeof userIdSchema | typeof labelSchema | typeof connectionFields.as,
): string | undefined {
  const value = c.req.query(name);
  if (value === undefined) return undefined;
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new AzureError(invalidField(name, parsed.error.issues[0]?.message ?? "is not valid"));
}
