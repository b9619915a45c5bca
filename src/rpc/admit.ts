import * as z from "zod";
import { requireScope, type Caller } from "../callers/caller.ts";
import { scopes, type Scope } from "../contract/scope.ts";
import { labelSchema, userIdSchema } from "../contract/connection-id.ts";
import { connectionStatuses } from "../contract/connection-info.ts";
import { orThrow } from "../contract/or-throw.ts";
import { scopePattern, tenantField } from "../routes/sign-in/connect.ts";
import { invalidInput } from "../front/failures.ts";
import {
  apiVersionField,
  cursorField,
  expandField,
  filterField,
  flowField,
  folderField,
  graphListFields,
  groupNameField,
  personIdField,
  selectField,
  sessionFields,
  subscriptionIdField,
  textField,
  timeZoneField,
  whenField,
} from "../routes/fields.ts";

/** What each RPC method takes: one object, checked, because a sibling can send anything. */

const who = { userId: userIdSchema, label: labelSchema.optional() };
const page = { top: z.int().min(1).max(100).default(25), cursor: cursorField };
const { select, filter, search, order_by: orderBy } = graphListFields;
const graphList = { ...page, select, filter, search, orderBy };
const apiVersion = apiVersionField;
const subscriptionId = subscriptionIdField;

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
        tenantId: tenantField,
        scopes: z.array(z.string().regex(scopePattern, "must be a scope")).max(50).optional(),
        loginHint: textField(320).optional(),
        prompt: z.enum(["login", "none", "consent", "select_account"]).optional(),
        returnUrl: textField(2_048, 0).optional(),
        redirectUri: textField(2_048, 0).optional(),
      })
      .transform(withoutUndefined),
  ),
  confirmConnect: method("connections:write", z.strictObject({ ...who, flow: flowField })),
  completeConnect: method(
    "connections:write",
    z.strictObject({
      ...who,
      code: textField(16_384),
      state: textField(4_096),
    }),
  ),
  disconnect: method("connections:write", z.strictObject(who)),
  createSession: method(
    "connections:write",
    z.strictObject({
      userId: userIdSchema,
      ...sessionFields,
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
  getUser: method(
    "graph:read",
    z.strictObject({ ...who, id: personIdField.optional(), select: selectField }),
  ),
  getMail: method("graph:read", z.strictObject({ ...who, ...graphList, folder: folderField })),
  getCalendarEvents: method(
    "graph:read",
    z.strictObject({
      ...who,
      ...graphList,
      start: whenField,
      end: whenField,
      timeZone: timeZoneField,
    }),
  ),
  listSubscriptions: method("arm:read", z.strictObject({ ...who, ...page, apiVersion })),
  listResourceGroups: method(
    "arm:read",
    z.strictObject({ ...who, ...page, subscriptionId, filter: filterField, apiVersion }),
  ),
  listResources: method(
    "arm:read",
    z.strictObject({
      ...who,
      ...page,
      subscriptionId,
      resourceGroup: groupNameField.optional(),
      filter: filterField,
      expand: expandField,
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
