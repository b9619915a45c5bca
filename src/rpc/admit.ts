import * as z from "zod";
import { connectionFields, textOf } from "../api/fields.ts";
import { inputSchema, type Operation, type RequestOf, type ResultOf } from "../api/operation.ts";
import { requireScope, type Caller } from "../callers/caller.ts";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { connectionIdOf, userConnectionId } from "../contract/connection-owner.ts";
import { prompts } from "../contract/connection-rpc.ts";
import { orThrow } from "../contract/or-throw.ts";
import { scopes, type Scope } from "../contract/scope.ts";
import { parseInput } from "../operations/failures.ts";
import type { DeclaredOperation } from "../operations/index.ts";
import { scopePattern, tenantField } from "../operations/sign-in-fields.ts";

/** What each RPC method takes: one object, checked, because a sibling can send anything. */

const owner = { userId: userIdSchema, label: labelSchema.optional() };
const tenantOwner = { tenantId: z.guid("must be a tenant's GUID"), as: connectionFields.as };

/** A user's connection: their first account, or a labelled one. */
export interface UserOwner {
  userId: string;
  label?: string | undefined;
}

/** A tenant's connection, which needs `admin`. */
export interface TenantOwner {
  tenantId: string;
  /** The user whose own data are meant, by id or sign-in name. */
  as?: string | undefined;
}

/** Whose connection a sibling means. */
export type Owner = UserOwner | TenantOwner;

/** The id of the connection. */
export const connectionIdOfOwner = (named: Owner): string =>
  "tenantId" in named
    ? connectionIdOf({ kind: "tenant", tenantId: named.tenantId.toLowerCase() })
    : userConnectionId(named);

type Served<Declared> = Declared extends { over: readonly (infer Door)[] }
  ? "rpc" extends Door
    ? Declared
    : never
  : never;
/** An operation that siblings may ask for. */
export type RpcOperation = Served<DeclaredOperation>;

/** What a sibling sends for an operation: its input, and whose connection it is about. */
export type OperationRequest<Declared extends Operation> = Declared["on"] extends "connection"
  ? keyof Declared["input"] extends never
    ? Owner
    : Owner & RequestOf<Declared>
  : RequestOf<Declared>;

/** One method for each operation that says `rpc`. */
export type RpcOperations = {
  [Declared in RpcOperation as Declared["name"]]: (
    request: OperationRequest<Declared>,
  ) => Promise<ResultOf<Declared>>;
};

/** A method that is no operation. */
export interface Method<Input extends z.ZodType> {
  name: string;
  /** What a sibling needs to call it. */
  scopes: readonly Scope[];
  input: Input;
}

/** Everything that the stub of a connection can do. */
export const wholeStub: readonly Scope[] = scopes.filter(
  (scope) => scope !== "admin" && scope !== "vault:read",
);

/** The methods that are no operations: sign-in, and the stub itself. */
export const methods = {
  beginConnect: {
    name: "beginConnect",
    scopes: ["connections:write"],
    input: z.strictObject({
      ...owner,
      tenantId: tenantField,
      scopes: z.array(z.string().regex(scopePattern, "must be a scope")).max(50).optional(),
      loginHint: textOf(320).optional(),
      prompt: z.enum(prompts).optional(),
      returnUrl: textOf(2_048, 0).optional(),
      redirectUri: textOf(2_048, 0).optional(),
    }),
  },
  completeConnect: {
    name: "completeConnect",
    scopes: ["connections:write"],
    input: z.strictObject({
      ...owner,
      code: textOf(16_384),
      state: textOf(4_096),
    }),
  },
  connection: { name: "connection", scopes: wholeStub, input: z.strictObject(owner) },
  connectTenant: {
    name: "connectTenant",
    scopes: ["admin"],
    input: z.strictObject({ tenantId: textOf(253) }),
  },
} as const satisfies Record<string, Method<z.ZodType>>;

/** What a sibling may send to a method. */
export type MethodRequest<Name extends keyof typeof methods> = z.input<
  (typeof methods)[Name]["input"]
>;

/**
 * The input of a call this caller may make.
 *
 * @throws AzureError `forbidden` naming the scope that is lacking, `invalid_request` naming the field
 */
export function admit<Input extends z.ZodType>(
  caller: Caller,
  { scopes: needed, input }: Pick<Method<Input>, "scopes" | "input">,
  request: unknown,
): z.output<Input> {
  for (const scope of needed) orThrow(requireScope(caller, scope));
  return parseInput(input, request ?? {});
}

const ownerSchema = z.object(owner);
const tenantOwnerSchema = z.object(tenantOwner);

const namesTenant = (request: unknown): boolean =>
  typeof request === "object" &&
  request !== null &&
  "tenantId" in request &&
  request.tenantId !== undefined;

/**
 * Whose connection a request is about.
 *
 * @throws AzureError `invalid_request` naming the field; `forbidden` for a tenant's without `admin`
 */
function readOwner(caller: Caller, request: unknown): Owner {
  if (!namesTenant(request)) return parseInput(ownerSchema, request);
  orThrow(requireScope(caller, "admin"));
  return parseInput(tenantOwnerSchema, request);
}

/**
 * The connection whose whole stub is asked for.
 *
 * @throws AzureError `forbidden` naming the scope that is lacking, `invalid_request` naming the field
 */
export function admitStub(caller: Caller, request: unknown): string {
  const sent = request ?? {};
  if (!namesTenant(sent)) return userConnectionId(admit(caller, methods.connection, sent));
  const scopes = [...methods.connection.scopes, "admin"] as const;
  const input = z.strictObject({ tenantId: tenantOwner.tenantId });
  return connectionIdOfOwner(admit(caller, { scopes, input }, sent));
}

/** What a request for an operation holds: whose connection it is about, and the operation's input. */
interface AdmittedOperation {
  owner: Owner | undefined;
  input: Record<string, unknown>;
}

/**
 * Reads the request for an operation. Whose connection it is about is read first, and is no part of the
 * operation's input.
 *
 * @throws AzureError as {@link admit}
 */
export function admitOperation(
  caller: Caller,
  operation: Operation,
  request: unknown,
): AdmittedOperation {
  orThrow(requireScope(caller, operation.scope));
  const sent = request ?? {};
  const isOfConnection = operation.on === "connection";
  const named = isOfConnection ? readOwner(caller, sent) : undefined;
  const read = parseInput(
    inputSchema(operation),
    isOfConnection ? withoutOwner(sent, operation) : sent,
  );
  return { owner: named, input: read };
}

/** What says whose connection it is goes; an operation that takes the user too keeps it. */
function withoutOwner(request: object, { input }: Operation): Record<string, unknown> {
  const own = namesTenant(request) ? tenantOwner : owner;
  return Object.fromEntries(
    Object.entries(request).filter(
      ([name]) => !Object.hasOwn(own, name) || Object.hasOwn(input, name),
    ),
  );
}
