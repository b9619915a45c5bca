import * as z from "zod";
import { requireScope, type Caller } from "./callers/caller.ts";
import { scopes, type Scope } from "./scope.ts";
import { longestSession } from "./callers/session.ts";
import { labelSchema, userIdSchema } from "./connection/connection-id.ts";
import { connectionStatuses } from "./connection/contract.ts";
import { orThrow } from "./or-throw.ts";
import { invalidInput } from "./routes/failures.ts";

/** What each RPC method takes: one object, checked, because a sibling can send anything. */

const who = { userId: userIdSchema, label: labelSchema.optional() };
const page = {
  top: z.int().min(1).max(100).default(25),
  cursor: z.string().min(1).max(16_384).optional(),
};
const text = z.string().min(1).max(8_192).optional();
const graphList = { ...page, select: text, filter: text, search: text, orderBy: text };
const apiVersion = text;
const subscriptionId = z.guid();

export interface Method<Input extends z.ZodType> {
  /** What a sibling needs to call it. */
  scopes: readonly Scope[];
  input: Input;
}
const method = <Input extends z.ZodType>(
  needed: Scope | readonly Scope[],
  input: Input,
): Method<Input> => ({ scopes: typeof needed === "string" ? [needed] : needed, input });

/** Everything that the stub of a connection can do. */
export const wholeStub: readonly Scope[] = scopes.filter((scope) => scope !== "admin");

/** The RPC methods: what each needs and takes; walked by a test. */
export const methods = {
  beginConnect: method(
    "connections:write",
    z
      .strictObject({
        ...who,
        tenantId: text,
        scopes: z.array(z.string().min(1).max(512)).max(50).optional(),
        loginHint: z.string().min(1).max(320).optional(),
        prompt: z.enum(["login", "none", "consent", "select_account"]).optional(),
        returnUrl: z.string().max(2_048).optional(),
        redirectUri: z.string().max(2_048).optional(),
      })
      .transform(withoutUndefined),
  ),
  confirmConnect: method(
    "connections:write",
    z.strictObject({ ...who, flow: z.string().min(1).max(256) }),
  ),
  completeConnect: method(
    "connections:write",
    z.strictObject({
      ...who,
      code: z.string().min(1).max(16_384),
      state: z.string().min(1).max(4_096),
    }),
  ),
  disconnect: method("connections:write", z.strictObject(who)),
  createSession: method(
    "connections:write",
    z.strictObject({
      userId: userIdSchema,
      scopes: z.array(z.enum(scopes)).optional(),
      ttl: z.int().min(1).max(longestSession).optional(),
    }),
  ),
  getConnection: method("connections:read", z.strictObject(who)),
  listConnections: method(
    "connections:read",
    z.strictObject({
      userId: userIdSchema,
      status: z.enum(connectionStatuses).optional(),
      ...page,
    }),
  ),
  connection: method(wholeStub, z.strictObject(who)),
  getUser: method("graph:read", z.strictObject({ ...who, id: text, select: text })),
  getMail: method("graph:read", z.strictObject({ ...who, ...graphList, folder: text })),
  getCalendarEvents: method(
    "graph:read",
    z.strictObject({ ...who, ...graphList, start: text, end: text, timeZone: text }),
  ),
  listSubscriptions: method("arm:read", z.strictObject({ ...who, ...page, apiVersion })),
  listResourceGroups: method(
    "arm:read",
    z.strictObject({ ...who, ...page, subscriptionId, filter: text, apiVersion }),
  ),
  listResources: method(
    "arm:read",
    z.strictObject({
      ...who,
      ...page,
      subscriptionId,
      resourceGroup: text,
      filter: text,
      expand: text,
      apiVersion,
    }),
  ),
} as const;

const names = new Map<unknown, string>(
  Object.entries(methods).map(([name, method]) => [method, name]),
);

/** How siblings call a method, for the log. */
export const nameOf = (method: Method<z.ZodType>): string => names.get(method) ?? "unknown";

/** What a sibling may send to a method. */
export type RequestOf<Name extends keyof typeof methods> = z.input<(typeof methods)[Name]["input"]>;

/**
 * The input of a call this caller may make.
 *
 * @throws AzureError `forbidden` naming the scope that is lacking, `invalid_request` naming the field
 */
export function admit<Input extends z.ZodType>(
  caller: Caller,
  { scopes: needed, input }: Method<Input>,
  request: unknown,
): z.output<Input> {
  for (const scope of needed) orThrow(requireScope(caller, scope));
  const parsed = input.safeParse(request ?? {});
  if (!parsed.success) throw invalidInput(parsed.error);
  return parsed.data;
}

type Defined<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], undefined> };

/** Over RPC an absent field often comes as undefined; further in, fields are there or are not. */
function withoutUndefined<Fields extends object>(fields: Fields): Defined<Fields> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined),
  ) as Defined<Fields>;
}
