import type { AnswerShape } from "./answer.ts";
import { openKinds, type ItemShape, type Shape } from "./shape.ts";

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
    compareShapes({ microsoft: microsoft.body, sandbox: sandbox.body, at: "" }, found);
  } else if (microsoft.body !== sandbox.body) {
    const kind = microsoft.body === undefined ? "extra" : "missing";
    differ(kind, "body", nameOf(microsoft.body), nameOf(sandbox.body));
  }
  return found;
}

interface Pair {
  microsoft: Shape;
  sandbox: Shape;
  at: string;
}

const nameOf = (shape: Shape | undefined): string =>
  shape === undefined ? absent : shape.of === "value" ? shape.kind : shape.of;

function compareShapes({ microsoft, sandbox, at }: Pair, found: Comparison): void {
  if (isOpen(microsoft) || isOpen(sandbox)) return;
  if (microsoft.of === "object" && sandbox.of === "object") {
    compareMembers([microsoft], [sandbox], at, found);
  } else if (microsoft.of === "list" && sandbox.of === "list") {
    compareItems(microsoft.items, sandbox.items, `${at}[]`, found);
  } else if (nameOf(microsoft) !== nameOf(sandbox)) {
    found.differences.push({
      kind: "kind",
      at,
      microsoft: nameOf(microsoft),
      sandbox: nameOf(sandbox),
    });
  }
}

const isOpen = (shape: Shape): boolean => shape.of === "value" && openKinds.has(shape.kind);

function compareItems(
  microsoft: ItemShape | undefined,
  sandbox: ItemShape | undefined,
  at: string,
  found: Comparison,
): void {
  if (microsoft === undefined || sandbox === undefined) {
    found.unknown.push(at);
    return;
  }
  const objects = (each: readonly Shape[]) => each.filter((shape) => shape.of === "object");
  const [ours, theirs] = [objects(microsoft.each), objects(sandbox.each)];
  if (ours.length > 0 && theirs.length > 0) return compareMembers(ours, theirs, at, found);
  const [first, other] = [microsoft.each[0], sandbox.each[0]];
  if (first !== undefined && other !== undefined) {
    compareShapes({ microsoft: first, sandbox: other, at }, found);
  }
}

type ObjectShape = Extract<Shape, { of: "object" }>;

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
    const [one, other] = [
      ours.find((shape) => !isOpen(shape)),
      theirs.find((shape) => !isOpen(shape)),
    ];
    if (theirs.length === 0 && ours.length === microsoft.length) {
      const kind = nameOf(ours[0]);
      found.differences.push({ kind: "missing", at: place, microsoft: kind, sandbox: absent });
    } else if (ours.length === 0 && theirs.length === sandbox.length) {
      const kind = nameOf(theirs[0]);
      found.differences.push({ kind: "extra", at: place, microsoft: absent, sandbox: kind });
    } else if (one !== undefined && other !== undefined && !shareKind(ours, theirs)) {
      compareShapes({ microsoft: one, sandbox: other, at: place }, found);
    }
  }
}

const valuesOf = (objects: readonly ObjectShape[], name: string): Shape[] =>
  objects.flatMap(({ members }) => {
    const value = members.get(name);
    return value === undefined ? [] : [value];
  });

/** Simple values of several kinds on both sides, such as a size that is a number or text. */
function shareKind(ours: readonly Shape[], theirs: readonly Shape[]): boolean {
  const kinds = new Set(ours.flatMap((shape) => (shape.of === "value" ? [shape.kind] : [])));
  return theirs.some((shape) => shape.of === "value" && kinds.has(shape.kind));
}
