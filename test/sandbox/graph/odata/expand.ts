import { err, ok } from "../../../../src/contract/result.ts";
import type { Result } from "../../../../src/contract/result.ts";
import { nameAmong, propertyPath, unknownProperty } from "./schema.ts";
import type { EntitySchema } from "./schema.ts";

/** One relationship that $expand asks for, with the options in its parentheses, unread. */
export interface Expansion {
  name: string;
  select: string | undefined;
  expand: string | undefined;
}

const FAILED = "Parsing OData Select and Expand failed: ";

/** Cuts a text at a separator, but not inside parentheses or quotes. */
function cut(text: string, separator: "," | ";"): string[] {
  const parts = [""];
  let depth = 0;
  let quoted = false;
  for (const character of text) {
    if (character === "'") quoted = !quoted;
    else if (!quoted && character === "(") depth += 1;
    else if (!quoted && character === ")") depth -= 1;
    if (character === separator && depth === 0 && !quoted) parts.push("");
    else parts.push(`${parts.pop() ?? ""}${character}`);
  }
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

/** Reads one item of $expand: `children($select=id,name;$expand=thumbnails)`. */
function parseItem(text: string, schema: EntitySchema): Result<Expansion, string> {
  const [, path = "", inner = ""] = /^([^()]+)(?:\((.*)\))?$/s.exec(text) ?? [];
  if (path === "") return err(`${FAILED}Syntax error at position 0 in '${text}'.`);
  const navigations = schema.navigations ?? {};
  const name = nameAmong(Object.keys(navigations), path);
  if (name === undefined)
    return propertyPath(schema, path) === undefined
      ? err(`${FAILED}${unknownProperty(schema, path)}`)
      : err(
          `${FAILED}Property '${path}' on type '${schema.name}' is not a navigation property or complex property. Only navigation properties can be expanded.`,
        );
  if (navigations[name] !== true)
    return err(`The sandbox knows no $expand of '${name}': ask for it by its own path.`);
  const options: { select?: string; expand?: string } = {};
  for (const option of cut(inner, ";")) {
    const [, key = "", value = ""] = /^\$?([a-z]+)\s*=(.*)$/is.exec(option) ?? [];
    const known = nameAmong(["select", "expand"], key);
    if (known !== "select" && known !== "expand")
      return err(`The sandbox knows no '${option}' inside $expand=${name}.`);
    options[known] = value.trim();
  }
  return ok({ name, select: options.select, expand: options.expand });
}

/** Parses $expand. Error: OData's sentence, or what the sandbox does not bring. */
export function parseExpand(text: string, schema: EntitySchema): Result<Expansion[], string> {
  const expansions: Expansion[] = [];
  for (const part of cut(text, ",")) {
    const item = parseItem(part, schema);
    if (!item.ok) return item;
    expansions.push(item.value);
  }
  return ok(expansions);
}
