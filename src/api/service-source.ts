import { fieldsSource, upperFirst } from "./client-source.ts";
import type { Operation } from "./operation.ts";
import { arrayOf, importsSource, TypePrinter, type Imports } from "./type-printer.ts";

/**
 * Writes the types of the methods that sibling Workers call, from the declarations: a sibling elsewhere has
 * the package and not this project, so the entrypoint's own types, which schemas make, are not there.
 *
 * @returns the source of `src/client/generated-service.ts`
 */
export function serviceSource(operations: readonly Operation[]): string {
  const imports: Imports = new Map([["./who.ts", new Set(["Owner", "TenantOwner"])]]);
  const printer = new TypePrinter(imports);
  const served = operations.filter(({ over }) => over.includes("rpc"));
  const requests = served.flatMap((operation) => requestSource(operation, printer));
  const methods = served.flatMap((operation) => methodSource(operation, printer));
  return [
    "// Made by `npm run catalogue` from the declarations in src/api.",
    ...importsSource(imports),
    "",
    pageSource,
    ...requests,
    "/** One method for each operation that siblings may ask for. */",
    "export interface ServiceMethods {",
    ...methods,
    "}",
    "",
  ].join("\n");
}

const pageSource = `/** One page of a list. */
export interface ServicePage<Item> {
  data: Item[];
  /** Give it as \`cursor\` for the next page. Absent: this was the last. */
  nextCursor?: string;
}
`;

const requestName = ({ name }: Operation): string => `${upperFirst(name)}Request`;

function requestSource(operation: Operation, printer: TypePrinter): string[] {
  const isOfConnection = operation.on === "connection";
  const fields = fieldsSource(Object.entries(operation.input), printer);
  return [
    ...(fields.length === 0
      ? [`export type ${requestName(operation)} = Owner | TenantOwner;`]
      : isOfConnection
        ? [`export type ${requestName(operation)} = (Owner | TenantOwner) & {`, ...fields, "};"]
        : [`export interface ${requestName(operation)} {`, ...fields, "}"]),
    "",
  ];
}

function methodSource(operation: Operation, printer: TypePrinter): string[] {
  const { name, summary, scope } = operation;
  return [
    `  /** ${summary}. Scope \`${scope}\`. */`,
    `  ${name}(request: ${requestName(operation)}): Promise<${resultText(operation, printer)}>;`,
  ];
}

function resultText({ form, data }: Operation, printer: TypePrinter): string {
  const item = printer.text(data, "output");
  switch (form) {
    case "item":
    case "created":
      return item;
    case "list":
      return `ServicePage<${item}>`;
    case "accepted":
      return "{ accepted: true }";
    case "events":
      return `{ events: ${arrayOf(item)}; truncated?: true }`;
    case "progress":
      throw new Error("no long-running operation is served over RPC yet");
  }
}
