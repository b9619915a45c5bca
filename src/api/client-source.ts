import * as z from "zod";
import { routesOf, type ClientMethod, type Operation, type OperationRoute } from "./operation.ts";
import { arrayOf, importsSource, TypePrinter, type Imports } from "./type-printer.ts";

/**
 * Writes the client's methods from the declarations: the client carries no schemas, so what it needs of
 * them is written down when the project is built.
 */

const classes = {
  graph: { name: "GraphOperations", about: "People, mail, calendar and files of one connection." },
  arm: { name: "ArmOperations", about: "Subscriptions, groups and resources of one connection." },
  connection: { name: "ConnectionOperations", about: "One connection itself." },
  service: { name: "ServiceOperations", about: "What is asked of no single connection." },
} as const;

/** The source of `src/client/generated.ts`. */
export function clientSource(operations: readonly Operation[]): string {
  const imports: Imports = new Map([
    ["./catalogue.ts", new Set(["Call", "RunningOperation"])],
    ["./requests.ts", new Set(["Answer"])],
  ]);
  const printer = new TypePrinter(imports);
  const methods = operations.flatMap((operation) =>
    clientMethodsOf(operation).map((method) => ({ operation, method })),
  );
  const options = methods.flatMap(({ operation, method }) =>
    optionsSource(operation, method, printer),
  );
  const bodies = Object.entries(classes).map(([of, { name, about }]) => {
    const own = methods.filter(({ method }) => method.of === of);
    return [
      `/** ${about} */`,
      `export class ${name} {`,
      "  readonly #call: Call;",
      "",
      "  constructor(call: Call) {",
      "    this.#call = call;",
      "  }",
      ...own.flatMap(({ operation, method }) => ["", ...methodSource(operation, method, printer)]),
      "}",
      "",
    ].join("\n");
  });
  return [
    "// Made by `npm run catalogue` from the declarations in src/api.",
    ...importsSource(imports),
    "",
    ...options,
    ...bodies,
  ].join("\n");
}

const clientMethodsOf = ({ over, client }: Operation): readonly ClientMethod[] =>
  !over.includes("client") || client === undefined ? [] : "of" in client ? [client] : client;

/**
 * The routes that a method asks for: of those whose fields are among its own, the one with all of its
 * arguments in the path that can be there; before it another where an option has a place in a path.
 */
function methodRoutes(operation: Operation, { args = [], without = [] }: ClientMethod) {
  const routes = routesOf(operation)
    .map((route) => ({ route, fields: pathFields(operation, route) }))
    .filter(({ fields }) => fields.every((field) => !without.includes(field)));
  const given = ({ fields }: { fields: readonly string[] }) =>
    args.filter((arg) => fields.includes(arg)).length;
  const most = Math.max(...routes.map(given));
  return routes
    .filter((route) => given(route) === most)
    .map((route) => ({ ...route, option: route.fields.find((field) => !args.includes(field)) }))
    .toSorted(
      (one, other) => Number(one.option === undefined) - Number(other.option === undefined),
    );
}

/** Whether the path of a route is below that of the connection it is about. */
const isOwn = ({ on }: Operation, { path }: OperationRoute): boolean =>
  on === "connection" && path.startsWith("/connections/{id}");

/** The fields in a path, in their order there. */
function pathFields(operation: Operation, route: OperationRoute): string[] {
  const own = isOwn(operation, route);
  return Array.from(route.path.matchAll(/\{(\w+)\}/g), ([, name = ""]) => name)
    .filter((name) => !(own && name === "id"))
    .map((name) => route.params.get(name) ?? name);
}

function routeText(operation: Operation, route: OperationRoute): string {
  const { method, path, params } = route;
  const { body } = operation;
  const own = isOwn(operation, route);
  const fields = [...params].filter(([name]) => !(own && name === "id"));
  const filled = fields.reduce(
    (text, [name, field]) => text.replace(`{${name}}`, `{${field}}`),
    path,
  );
  const asked = own ? filled.replace("/connections/{id}", "{connection}") : filled;
  // A letter each: the client has to be small.
  const sent = body === undefined ? [] : [body === "rest" ? "*" : "1"];
  return [method, asked, ...sent].join(" ");
}

export const upperFirst = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const optionsName = ({ of, name }: ClientMethod): string =>
  `${of === "graph" || of === "arm" ? "" : upperFirst(of)}${upperFirst(name)}Options`;

/** Fields that are not arguments of their own. */
const optionFields = ({ input }: Operation, { args = [], without = [] }: ClientMethod) =>
  Object.entries(input).filter(([name]) => !args.includes(name) && !without.includes(name));

const isOptional = (type: z.ZodType): boolean => type.safeParse(undefined).success;

function optionsSource(operation: Operation, method: ClientMethod, printer: TypePrinter): string[] {
  const fields = optionFields(operation, method);
  if (fields.length === 0) return [];
  return [`export interface ${optionsName(method)} {`, ...fieldsSource(fields, printer), "}", ""];
}

/** The members of an interface that callers fill in. */
export function fieldsSource(
  fields: readonly (readonly [string, z.ZodType])[],
  printer: TypePrinter,
): string[] {
  return fields.flatMap(([name, type]) => {
    const { description } = z.toJSONSchema(type, { unrepresentable: "any", io: "input" });
    const optional = isOptional(type);
    return [
      ...(description === undefined ? [] : [`  /** ${description} */`]),
      `  ${name}${optional ? "?" : ""}: ${printer.text(type, "input")}${optional ? " | undefined" : ""};`,
    ];
  });
}

function methodSource(operation: Operation, method: ClientMethod, printer: TypePrinter): string[] {
  const { args = [], name } = method;
  const fields = optionFields(operation, method);
  const positional = args.map((arg) => {
    const type = operation.input[arg];
    if (type === undefined) throw new Error(`${operation.name} has no field ${arg}`);
    return `${arg}: ${printer.text(type, "input", true)}`;
  });
  const allOptional = fields.every(([, type]) => isOptional(type));
  const options =
    fields.length === 0 ? [] : [`options${allOptional ? "?" : ""}: ${optionsName(method)}`];
  const data = method.generic ? "Data | RunningOperation" : dataText(operation, printer);
  const generic = method.generic ? "<Data = unknown>" : "";
  const needs =
    operation.needs === undefined
      ? ""
      : "role" in operation.needs
        ? `; role ${operation.needs.role}`
        : `; ${operation.needs.delegated[0]}`;
  return [
    `  /** ${operation.summary}: \`${operation.name}\`. Scope \`${operation.scope}\`${needs}. */`,
    `  ${name}${generic}(${[...positional, ...options].join(", ")}): Promise<Answer<${data}>> {`,
    ...methodRoutes(operation, method).flatMap(({ route, fields: inPath, option }) => {
      const call = `this.#call<${data}>(${callSource(operation, route, { args, inPath, option, hasOptions: fields.length > 0 })})`;
      return option === undefined
        ? [`    return ${call};`]
        : [`    if (options?.${option} !== undefined) {`, `      return ${call};`, "    }"];
    }),
    "  }",
  ];
}

interface Given {
  /** The method's own arguments. */
  args: readonly string[];
  inPath: readonly string[];
  /** An option that is in the path. */
  option: string | undefined;
  hasOptions: boolean;
}

/** What a method passes on: the route, what is named, then the values in the path and the body, in order. */
function callSource(
  operation: Operation,
  route: OperationRoute,
  { args, inPath, option, hasOptions }: Given,
): string {
  const { body } = operation;
  const ordered = [...inPath, ...(body === undefined || body === "rest" ? [] : [body])];
  const values = ordered.map((field) => (args.includes(field) ? field : `options.${field}`));
  const named = [
    ...args.filter((arg) => !ordered.includes(arg)),
    ...(hasOptions ? ["...options"] : []),
    ...(option === undefined ? [] : [`${option}: undefined`]),
  ];
  const text = JSON.stringify(routeText(operation, route));
  if (named.length === 0)
    return [text, ...(values.length === 0 ? [] : ["{}", ...values])].join(", ");
  const input = named.length === 1 && hasOptions ? "options" : `{ ${named.join(", ")} }`;
  return [text, input, ...values].join(", ");
}

function dataText({ form, data }: Operation, printer: TypePrinter): string {
  switch (form) {
    case "item":
    case "created":
    case "accepted":
      return printer.text(data, "output");
    case "list":
    case "events":
      return arrayOf(printer.text(data, "output"));
    case "progress":
      return data instanceof z.ZodUndefined
        ? "RunningOperation | null"
        : `${printer.text(data, "output")} | RunningOperation`;
  }
}
