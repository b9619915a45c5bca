import { requireScope } from "../callers/caller.ts";
import { AzureError, failure } from "../contract/errors.ts";
import type { Scope } from "../contract/scope.ts";
import { orThrow } from "../contract/or-throw.ts";
import { neededFor, type InputOf, type Operation, type ResultOf } from "../api/operation.ts";
import { namingAs } from "./as-user.ts";
import type { ConnectionContext, ServiceContext } from "./context.ts";
import { explained } from "./forbidden.ts";

/** What an operation works in: the service, or one connection of it. */
export type ContextOf<Declared extends Pick<Operation, "on">> = Declared["on"] extends "connection"
  ? ConnectionContext
  : ServiceContext;

type Work<Declared extends Operation> = (
  context: ContextOf<Declared>,
  input: InputOf<Declared>,
) => Promise<ResultOf<Declared>>;

/** An operation, and how it is done. */
export interface Served<Declared extends Operation> {
  operation: Declared;
  work: Work<Declared>;
}

/** Says how an operation is done. The work throws `AzureError`. */
export const serve = <Declared extends Operation>(
  operation: Declared,
  work: Work<Declared>,
): Served<Declared> => ({ operation, work });

/**
 * Any operation, as the doors see it: they read the input by the operation's own schema, and make the
 * context of what it is about.
 */
export interface ServedOperation {
  operation: Operation;
  /** @throws AzureError */
  work: (context: ServiceContext, input: Record<string, unknown>) => Promise<unknown>;
}

/**
 * Does the work of an operation whose caller, connection and input are settled.
 *
 * @throws AzureError `forbidden` in a read-only context for what changes something, and naming the scope that this input needs in addition; of the work; a 403 of Microsoft's says what is lacking
 */
export async function perform(
  { operation, work }: ServedOperation,
  context: ServiceContext | ConnectionContext,
  input: Record<string, unknown>,
): Promise<unknown> {
  const more = operation.moreScope?.(input);
  const isOperator = context.caller.kind === "console";
  const scope = (isOperator && operation.consoleScope) || operation.scope;
  admit(context, more === undefined ? [scope] : [scope, more]);
  try {
    return await namingAs(work(context, input));
  } catch (error) {
    if (!("connection" in context)) throw error;
    throw await explained(error, neededFor(operation, input), context);
  }
}

/**
 * Lets a caller do what needs these scopes.
 *
 * @throws AzureError `forbidden` naming the scope that lacks, or where only reading was asked for
 */
export function admit(
  { caller, readOnly }: Pick<ServiceContext, "caller" | "readOnly">,
  scopes: readonly Scope[],
): void {
  if (readOnly === true && !scopes.every(isReadScope)) throw new AzureError(readOnlyRefusal());
  for (const scope of scopes) orThrow(requireScope(caller, scope));
}

/** Whether what needs this scope changes nothing. */
export const isReadScope = (scope: Scope): boolean => scope.endsWith(":read");

/** The answer to a write where only reading was asked for. */
const readOnlyRefusal = () =>
  failure("forbidden", "This changes something, and only reading was asked for (readonly=1).", {
    details: { reason: "read_only" },
  });
