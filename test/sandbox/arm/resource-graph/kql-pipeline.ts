import type { KqlExpression, KqlOperator, NamedExpression } from "./kql-syntax.ts";
import { type Cell, type Row, sortedBefore, textOf, valueOf } from "./kql-values.ts";
import { invalid, unresolved, unsupported } from "./query-error.ts";

export type ColumnType = "string" | "object" | "integer" | "number" | "boolean";
export interface Column {
  name: string;
  type: ColumnType;
}

/** Rows with the columns they have, in order. */
export interface Table {
  columns: readonly Column[];
  rows: readonly Row[];
}

const textFunctions = new Set(["tolower", "toupper", "tostring", "strcat", "substring"]);
const integerFunctions = new Set(["toint", "tolong", "strlen", "array_length"]);
const numberFunctions = new Set(["todouble", "toreal"]);
const booleanFunctions = new Set(["not", "isempty", "isnotempty", "isnull", "isnotnull", "tobool"]);

/** What kind of values an expression gives. @throws QueryError for a column that does not exist */
function typeOf(expression: KqlExpression, columns: readonly Column[]): ColumnType {
  switch (expression.kind) {
    case "literal":
      if (typeof expression.value === "number")
        return Number.isInteger(expression.value) ? "integer" : "number";
      return typeof expression.value === "boolean" ? "boolean" : "string";
    case "column": {
      const column = columns.find(({ name }) => name === expression.name);
      if (!column) throw unresolved(expression.name);
      return column.type;
    }
    case "member":
      if (typeOf(expression.of, columns) !== "object")
        throw invalid("InvalidPath", "Only a column of type dynamic has members.");
      return "object";
    case "call": {
      const types = expression.arguments.map((each) => typeOf(each, columns));
      if (textFunctions.has(expression.name)) return "string";
      if (integerFunctions.has(expression.name)) return "integer";
      if (numberFunctions.has(expression.name)) return "number";
      if (booleanFunctions.has(expression.name)) return "boolean";
      if (expression.name === "iff" || expression.name === "iif") return types[1] ?? "object";
      if (expression.name === "coalesce") return types[0] ?? "object";
      return "object";
    }
    case "compare":
      typeOf(expression.left, columns);
      typeOf(expression.right, columns);
      return "boolean";
    case "in":
      for (const each of [expression.left, ...expression.values]) typeOf(each, columns);
      return "boolean";
    case "and":
    case "or":
      typeOf(expression.left, columns);
      typeOf(expression.right, columns);
      return "boolean";
  }
}

/** `properties.sku.name` is called `properties_sku_name`; a function of it the same. */
function ownName(expression: KqlExpression): string | undefined {
  if (expression.kind === "column") return expression.name;
  if (expression.kind === "member") {
    const of = ownName(expression.of);
    return of === undefined ? undefined : `${of}_${String(expression.name).replaceAll(/\W/g, "_")}`;
  }
  const [first] = expression.kind === "call" ? expression.arguments : [];
  return first && ownName(first);
}

interface NamedColumn extends Column {
  expression: KqlExpression;
}

function nameColumns(named: readonly NamedExpression[], columns: readonly Column[]): NamedColumn[] {
  return named.map(({ name, expression }, index) => ({
    name: name ?? ownName(expression) ?? `Column${index + 1}`,
    type: typeOf(expression, columns),
    expression,
  }));
}

const cellsOf = (named: readonly NamedColumn[], row: Row): Row =>
  Object.fromEntries(named.map(({ name, expression }) => [name, valueOf(expression, row)]));

const columnOf = ({ name, type }: Column): Column => ({ name, type });

function distinct(rows: readonly Row[]): Row[] {
  const seen = new Map(rows.map((row) => [JSON.stringify(row), row]));
  return [...seen.values()];
}

/** Groups are texts and numbers: Kusto groups by no dynamic value. */
function summarize(
  { counts, by }: Extract<KqlOperator, { kind: "summarize" }>,
  table: Table,
): Table {
  const groupers = nameColumns(by, table.columns);
  const dynamic = groupers.find(({ type }) => type === "object");
  if (dynamic)
    throw invalid(
      "SummarizeByDynamic",
      `Summarize group key '${dynamic.name}' is of a 'dynamic' type. Please use an explicit cast (for example, 'summarize ... by tostring(${dynamic.name})') as grouping by a 'dynamic' type is not supported.`,
    );
  const names = counts.map(({ name, expression }, index) => {
    if (
      expression.kind !== "call" ||
      expression.name !== "count" ||
      expression.arguments.length > 0
    )
      throw unsupported("'summarize' with anything but count()");
    return name ?? (index === 0 ? "count_" : `count_${index}`);
  });
  const groups = new Map<string, { row: Row; size: number }>();
  for (const row of table.rows) {
    const cells = cellsOf(groupers, row);
    const key = JSON.stringify(cells);
    const group = groups.get(key) ?? { row: cells, size: 0 };
    group.size += 1;
    groups.set(key, group);
  }
  // Without groups there is one row, also for no rows at all.
  if (by.length === 0 && groups.size === 0) groups.set("", { row: {}, size: 0 });
  return {
    columns: [
      ...groupers.map(columnOf),
      ...names.map((name): Column => ({ name, type: "integer" })),
    ],
    rows: [...groups.values()].map(({ row, size }) => ({
      ...row,
      ...Object.fromEntries(names.map((name) => [name, size])),
    })),
  };
}

function step(operator: KqlOperator, table: Table): Table {
  const { columns, rows } = table;
  switch (operator.kind) {
    case "where":
      if (typeOf(operator.condition, columns) !== "boolean")
        throw invalid("InvalidCondition", "The condition of 'where' is no boolean.");
      return { columns, rows: rows.filter((row) => valueOf(operator.condition, row) === true) };
    case "project": {
      const named = nameColumns(operator.columns, columns);
      return { columns: named.map(columnOf), rows: rows.map((row) => cellsOf(named, row)) };
    }
    case "distinct": {
      const named = nameColumns(operator.columns, columns);
      return {
        columns: named.map(columnOf),
        rows: distinct(rows.map((row) => cellsOf(named, row))),
      };
    }
    case "extend": {
      const named = nameColumns(operator.columns, columns);
      const fresh = new Set(named.map(({ name }) => name));
      return {
        columns: [...columns.filter(({ name }) => !fresh.has(name)), ...named.map(columnOf)],
        rows: rows.map((row) => ({ ...row, ...cellsOf(named, row) })),
      };
    }
    case "project-away": {
      const away = new Set(operator.names);
      for (const name of away) typeOf({ kind: "column", name }, columns);
      const kept = columns.filter(({ name }) => !away.has(name));
      return {
        columns: kept,
        rows: rows.map((row) =>
          Object.fromEntries(kept.map(({ name }) => [name, row[name] ?? null])),
        ),
      };
    }
    case "take":
      return { columns, rows: rows.slice(0, operator.count) };
    case "order": {
      for (const { expression } of operator.by) typeOf(expression, columns);
      return {
        columns,
        rows: rows.toSorted((left, right) => compareRows(operator.by, left, right)),
      };
    }
    case "summarize":
      return summarize(operator, table);
    case "count":
      return { columns: [{ name: "Count", type: "integer" }], rows: [{ Count: rows.length }] };
  }
}

function compareRows(
  by: Extract<KqlOperator, { kind: "order" }>["by"],
  left: Row,
  right: Row,
): number {
  for (const { expression, descending } of by) {
    const cells: [Cell, Cell] = [valueOf(expression, left), valueOf(expression, right)];
    const before = sortedBefore(cells[0], cells[1]);
    if (before !== 0) return descending ? -before : before;
  }
  return 0;
}

/** Sends a table through a query's operators. @throws QueryError */
export const runPipeline = (operators: readonly KqlOperator[], table: Table): Table =>
  operators.reduce((so, operator) => step(operator, so), table);

/** A cell of a column of texts is never null. */
export const shownCell = ({ type }: Column, cell: Cell | undefined): Cell =>
  type === "string" ? textOf(cell ?? null) : (cell ?? null);
