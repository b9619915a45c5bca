import type { AnswerShape } from "./answer.ts";
import { openKinds, type Shape } from "./shape.ts";

/**
 * How two answers to one question differ.
 * - `status`, `code`, `header`: the sandbox answers with another, or without;
 * - `missing`: the sandbox leaves out what Microsoft answers; `extra`: the reverse;
 * - `kind`: both have it, written in another way.
 */
export interface Difference {
  kind: "status" | "code" | "header" | "missing" | "extra" | "kind";
  /** A header's name, or a path: `value[].from.emailAddress`. */
  at: string;
  microsoft: string;
  sandbox: string;
}

export interface Comparison {
  differences: Difference[];
  /** Places where one side had nothing to show. */
  unknown: string[];
}

const absent = "absent";

export function compare(microsoft: AnswerShape, sandbox: AnswerShape): Comparison {
  const found: Comparison = { differences: [], unknown: [] };
  const differ = (kind: Difference["kind"], at: string, ours: string, theirs: string): void => {
    if (ours !== theirs) {
      found.differences.push({ kind, at, microsoft: ours, sandbox: theirs });
    }
  };
  differ("status", "status", String(microsoft.status), String(sandbox.status));
  // Of an answer that is another altogether the rest says nothing more.
  if (found.differences.length > 0) return found;
  differ("code", "error", microsoft.code ?? absent, sandbox.code ?? absent);
  for (const name of new Set([...microsoft.headers.keys(), ...sandbox.headers.keys()])) {
    const [ours, theirs] = [microsoft.headers.get(name), sandbox.headers.get(name)];
    differ("header", name, ours ?? absent, theirs ?? absent);
  }
  if (microsoft.body !== undefined && sandbox.body !== undefined) {
    compareValues([microsoft.body], [sandbox.body], "", found);
  } else if (microsoft.body !== sandbox.body) {
    const kind = microsoft.body === undefined ? "extra" : "missing";
    differ(kind, "body", nameOf(microsoft.body), nameOf(sandbox.body));
  }
  return found;
}

const nameOf = (shape: Shape | undefined): string =>
  shape === undefined ? absent : shape.of === "value" ? shape.kind : shape.of;

/** Of one side: what stands at a place, in all items of the lists above it. */
type Values = readonly Shape[];

/** Compares what stands at a place by its kinds, and goes on inside objects and lists of both sides. */
function compareValues(microsoft: Values, sandbox: Values, at: string, found: Comparison): void {
  const [ours, theirs] = [closed(microsoft), closed(sandbox)];
  const [one, other] = [ours[0], theirs[0]];
  // `null` stands for anything.
  if (one === undefined || other === undefined) return;
  const objects = [ours.filter(isObject), theirs.filter(isObject)] as const;
  const lists = [ours.filter(isList), theirs.filter(isList)] as const;
  const haveObjects = objects.every((each) => each.length > 0);
  const haveLists = lists.every((each) => each.length > 0);
  if (haveObjects) compareMembers(...objects, at, found);
  if (haveLists) compareItems(...lists, `${at}[]`, found);
  if (haveObjects || haveLists || shareKind(ours, theirs)) return;
  found.differences.push({ kind: "kind", at, microsoft: nameOf(one), sandbox: nameOf(other) });
}

const closed = (values: Values): Values =>
  values.filter((shape) => !(shape.of === "value" && openKinds.has(shape.kind)));

type ListShape = Extract<Shape, { of: "list" }>;
type ObjectShape = Extract<Shape, { of: "object" }>;
const isList = (shape: Shape): shape is ListShape => shape.of === "list";
const isObject = (shape: Shape): shape is ObjectShape => shape.of === "object";

function compareItems(
  microsoft: readonly ListShape[],
  sandbox: readonly ListShape[],
  at: string,
  found: Comparison,
): void {
  const itemsOf = (lists: readonly ListShape[]) => lists.flatMap(({ items }) => items);
  const [ours, theirs] = [itemsOf(microsoft), itemsOf(sandbox)];
  if (ours.length > 0 && theirs.length > 0) compareValues(ours, theirs, at, found);
  else found.unknown.push(at);
}

/**
 * A member is missing where no object of the one side has it and each of the other has: many depend on
 * the item. Where both have it the values that say something are compared.
 */
function compareMembers(
  microsoft: readonly ObjectShape[],
  sandbox: readonly ObjectShape[],
  at: string,
  found: Comparison,
): void {
  const names = new Set([...microsoft, ...sandbox].flatMap(({ members }) => [...members.keys()]));
  for (const name of names) {
    const place = at === "" ? name : `${at}.${name}`;
    const [ours, theirs] = [valuesOf(microsoft, name), valuesOf(sandbox, name)];
    if (theirs.length === 0 && ours.length === microsoft.length) {
      const kind = nameOf(ours[0]);
      found.differences.push({ kind: "missing", at: place, microsoft: kind, sandbox: absent });
    } else if (ours.length === 0 && theirs.length === sandbox.length) {
      const kind = nameOf(theirs[0]);
      found.differences.push({ kind: "extra", at: place, microsoft: absent, sandbox: kind });
    } else {
      compareValues(ours, theirs, place, found);
    }
  }
}

const valuesOf = (objects: readonly ObjectShape[], name: string): Shape[] =>
  objects.flatMap(({ members }) => {
    const value = members.get(name);
    return value === undefined ? [] : [value];
  });

/** Simple values of several kinds on both sides, such as a size that is a number or text. */
function shareKind(ours: Values, theirs: Values): boolean {
  const kinds = new Set(ours.flatMap((shape) => (shape.of === "value" ? [shape.kind] : [])));
  return theirs.some((shape) => shape.of === "value" && kinds.has(shape.kind));
}
