import * as z from "zod";
import { camelCase } from "../contract/field-name.ts";
import type { HttpMethod } from "../contract/http-method.ts";
import type { Progress } from "../contract/progress.ts";
import type { Scope } from "../contract/scope.ts";

/**
 * One thing a caller can ask, declared once as plain data. The HTTP route, the document, the admission
 * of RPC, the client's methods and the README's tables are made from it; `operations/` says how it is
 * done.
 */

export type Route = `${HttpMethod} /${string}`;
export type Fields = Readonly<Record<string, z.ZodType>>;

/** How an operation may be asked for. */
export type Door = "http" | "rpc" | "client";

/** What Microsoft has to allow the account before it answers. */
export type Needs =
  | {
      /** Graph's delegated permissions, the least privileged first; each alone is enough. */
      delegated: readonly [string, ...string[]];
      /** Those of a personal account; default the same, empty where such an account has no use of it. */
      personal?: readonly string[];
    }
  /** A role on the Azure resource: Microsoft's name of the least one that is enough. */
  | { role: string };

/** The form of an answer; over HTTP all of them are in `{ success, data }`. */
export type AnswerForm =
  /** One document. */
  | "item"
  /** A page: a list, and a cursor where it goes on. */
  | "list"
  /** The result, or a long-running operation that is under way (202). */
  | "progress"
  /** Nothing but that it was handed over (202). */
  | "accepted"
  /** Connection events, and whether some before them are lost. */
  | "events"
  /** What was asked for is there (201), or on its way while its `state` is `pending` (202). */
  | "created";

/** One method of the client: `graph.message(id, options)`. */
export interface ClientMethod {
  /** `graph` and `arm` of a connection, the connection itself, or the whole service. */
  of: "graph" | "arm" | "connection" | "service";
  name: string;
  /** Input fields that come first, as arguments of their own; the others follow as one object. */
  args?: readonly string[];
  /** The caller says what the result is: the declaration does not know. */
  generic?: true;
  /** Input fields that this method leaves out. */
  without?: readonly string[];
}

/** The tool of an operation, for agents. */
export interface ToolWords {
  /** `arm_list_resources`. */
  tool: string;
  title: string;
  /** What an agent has to know beyond the title and the arguments. */
  about: string;
  /** It undoes, sends or removes something that cannot be taken back; default false. */
  destructive?: true;
  /** Doing it twice is doing it once. */
  idempotent?: true;
  /** It gives what strangers wrote. */
  openWorld?: true;
}

/** What is declared of an operation. The types of its parts are kept, so that doors are typed by it. */
export interface Operation<
  Name extends string = string,
  Input extends Fields = Fields,
  Data extends z.ZodType = z.ZodType,
  Form extends AnswerForm = AnswerForm,
  On extends "connection" | "service" = "connection" | "service",
  Over extends readonly Door[] = readonly Door[],
> {
  /** RPC method, and `operationId` of the document. */
  name: Name;
  /** Where it is served; several where a field in the path may be left out. */
  route: Route | readonly [Route, ...Route[]];
  /** Fields of the input by the names they have in the path, where these differ. */
  params?: Readonly<Record<string, keyof Input & string>>;
  summary: string;
  tag: string;
  /** What the caller's credential needs. */
  scope: Scope;
  /** What an operator needs who comes by the console's cookie; absent: the cookie does not open it. */
  consoleScope?: Scope;
  /** What it needs in addition for this very input. */
  moreScope?(input: z.output<z.ZodObject<Input, z.core.$strict>>): Scope | undefined;
  needs?: Needs;
  /** What it needs instead when this field of the input is given. */
  needsWith?: Readonly<Partial<Record<keyof Input & string, Needs>>>;
  /**
   * Whether it is about one connection. Whose it is was read and checked before, and is no part of the
   * input: by the path (`/connections/{id}/…`), or by `user_id`, `label` or `connection` in the query.
   */
  on: On;
  /** In camel case; over HTTP the names are in snake case. */
  input: Input;
  /** What of the input is the JSON body: one field, whole; or `rest`, all that is not in the path. */
  body?: (keyof Input & string) | "rest";
  form: Form;
  data: Data;
  /** What a 200 holds, for the document. */
  answer: string;
  /** A GET that changes something: never done for a HEAD, or for a browser that fetches ahead. */
  changes?: true;
  /** It waits for throttled calls, which other operations report at once. */
  waits?: true;
  over: Over;
  client?: ClientMethod | readonly ClientMethod[];
  /** Absent: it is no tool, or part of one that is described by itself. */
  mcp?: ToolWords;
}

/** Declares an operation; the types of its parts are kept. */
export const operation = <
  const Name extends string,
  Input extends Fields,
  Data extends z.ZodType,
  const Form extends AnswerForm,
  const On extends "connection" | "service",
  const Over extends readonly Door[],
>(
  declaration: Operation<Name, Input, Data, Form, On, Over>,
): Operation<Name, Input, Data, Form, On, Over> => declaration;

/** The input as the operation works on it. */
export type InputOf<Declared extends { input: Fields }> = z.output<
  z.ZodObject<Declared["input"], z.core.$strict>
>;
/** The input as a caller may write it. */
export type RequestOf<Declared extends { input: Fields }> = z.input<
  z.ZodObject<Declared["input"], z.core.$strict>
>;

/** One page of a list. */
export interface Page<Item> {
  data: Item[];
  /** Absent: this was the last. */
  nextCursor?: string;
}

/** What an operation gives, by the form of its answer. */
export type ResultOf<Declared extends { form: AnswerForm; data: z.ZodType }> = {
  item: z.output<Declared["data"]>;
  list: Page<z.output<Declared["data"]>>;
  progress: Progress<z.output<Declared["data"]>>;
  accepted: { accepted: true };
  events: { events: z.output<Declared["data"]>[]; truncated?: true };
  created: z.output<Declared["data"]>;
}[Declared["form"]];

const schemas = new WeakMap<Fields, z.ZodType>();

/** The schema that every door reads the input by; unknown fields are refused. */
export function inputSchema<Declared extends Pick<Operation, "input">>({
  input,
}: Declared): z.ZodType<InputOf<Declared>> {
  let schema = schemas.get(input);
  if (schema === undefined) {
    schema = z.strictObject({ ...input });
    schemas.set(input, schema);
  }
  // Made of these very fields.
  return schema as z.ZodType<InputOf<Declared>>;
}

/** What Microsoft has to allow for this input: some fields need more than the operation without them. */
export function neededFor(
  { needs, needsWith = {} }: Pick<Operation, "needs" | "needsWith">,
  input: Readonly<Record<string, unknown>>,
): Needs | undefined {
  const [, own] = Object.entries(needsWith).find(([field]) => input[field] !== undefined) ?? [];
  return own ?? needs;
}

/** The routes of an operation: method, path, and the field of the input for each name in the path. */
export function routesOf(declared: Pick<Operation, "route" | "params">) {
  const routes = typeof declared.route === "string" ? [declared.route] : declared.route;
  return routes.map((route) => {
    const space = route.indexOf(" ");
    const path = route.slice(space + 1);
    const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = ""]) => name);
    return {
      method: route.slice(0, space) as HttpMethod,
      path,
      params: new Map(names.map((name) => [name, declared.params?.[name] ?? camelCase(name)])),
    };
  });
}
export type OperationRoute = ReturnType<typeof routesOf>[number];
