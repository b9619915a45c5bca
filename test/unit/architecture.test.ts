import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { doorsOfConnection, looseFiles, mayImport, rooms } from "../support/rooms.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const source = join(root, "src");

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => name.includes("."));
const foldersBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)));

interface Import {
  /** Below `src`. */
  from: string;
  /** A file below `src`, or the name of a package. */
  to: string;
  isFile: boolean;
}

/** Of types too: a wall keeps words in their room, whether or not they are left in the bundle. */
const imports: readonly Import[] = filesBelow(source)
  .filter((name) => /\.tsx?$/.test(name) && !name.endsWith(".d.ts"))
  .flatMap((from) => {
    const text = readFileSync(join(source, from), "utf8");
    return [...text.matchAll(/\b(?:from|import)[ (]+"([@\w./:-]+)"/g)].map(([, to = ""]) => {
      const isFile = to.startsWith(".");
      return { from, to: isFile ? join(dirname(from), to) : to, isFile };
    });
  });
const between = imports.filter(({ to, isFile }) => isFile && to !== "../package.json");

const roomOf = (file: string): string => (file.includes("/") ? (file.split("/")[0] ?? "") : "");
const packageOf = (name: string): string =>
  name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
const asText = ({ from, to }: Import): string => `${from} imports ${to}`;

describe("the source", () => {
  test("holds only rooms with a floor, and loose only the files a Worker starts from", () => {
    const entries = readdirSync(source, { withFileTypes: true });
    const names = (directories: boolean) =>
      entries.filter((entry) => entry.isDirectory() === directories).map(({ name }) => name);
    expect(names(true).toSorted()).toEqual(Object.keys(rooms).toSorted());
    expect(names(false).toSorted()).toEqual(looseFiles);
  });

  test("is read import by import", () => {
    expect(between.length).toBeGreaterThan(500);
    const files = new Set(filesBelow(source));
    expect(between.filter(({ to }) => !files.has(to)).map(asText)).toEqual([]);
  });

  test("imports no room on the importing file's own floor or above", () => {
    const upward = between.filter(
      ({ from, to }) =>
        roomOf(from) !== "" && roomOf(from) !== roomOf(to) && !mayImport(roomOf(from), roomOf(to)),
    );
    expect(upward.map(asText)).toEqual([]);
  });

  test("enters connection/ from above by its doors alone", () => {
    const inner = between.filter(
      ({ from, to }) =>
        roomOf(to) === "connection" &&
        !["index.ts", "connection"].includes(roomOf(from) || from) &&
        !doorsOfConnection.has(to),
    );
    expect(inner.map(asText)).toEqual([]);
  });

  test("has no circle of imports", () => {
    const next = Map.groupBy(between, ({ from }) => from);
    const done = new Set<string>();
    const circles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      const start = path.indexOf(file);
      if (start !== -1) circles.push([...path.slice(start), file].join(" > "));
      if (start !== -1 || done.has(file)) return;
      for (const { to } of next.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of next.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });

  test("uses in each room only the packages named for it", () => {
    const foreign = imports.filter(({ from, to, isFile }) => {
      const room = rooms[roomOf(from)];
      return !isFile && room !== undefined && !room.packages.includes(packageOf(to));
    });
    expect(foreign.map(asText)).toEqual([]);
  });
});

describe("the namespace of connections", () => {
  /** Files below `src` with a line of code, comments left out, that the pattern matches. */
  const filesWith = (pattern: RegExp): string[] =>
    filesBelow(source)
      .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
      .filter((name) =>
        readFileSync(join(source, name), "utf8")
          .split("\n")
          .some((line) => !/^\s*(?:\/?\*|\/\/)/.test(line) && pattern.test(line)),
      )
      .toSorted();

  test("is named by its one door alone, and where a missing binding is explained", () => {
    expect(filesWith(/\bAZURE_CONNECTION\b/)).toEqual([
      "connection/namespace.ts",
      "platform/bindings.ts",
    ]);
  });

  test("is opened for stubs alone, and no object is reached in another way", () => {
    expect(filesWith(/\bnamespaceOf\b/)).toEqual(["connection/namespace.ts", "connection/stub.ts"]);
    expect(filesWith(/\bgetByName\b/)).toEqual(["connection/stub.ts"]);
    expect(filesWith(/\b(?:idFromName|idFromString|newUniqueId|getServerByName)\b/)).toEqual([]);
  });
});

test("the unit tests' folders are those of the source, of the test programs, or of helpers", () => {
  const sources = new Set(foldersBelow(source));
  const programs = new Set(
    readdirSync(join(root, "test"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name),
  );
  // `types` holds what the compiler checks of the package's exports.
  const others = /^types$|(?:^|\/)support$/;
  const strange = foldersBelow(join(root, "test/unit")).filter(
    (folder) => !sources.has(folder) && !programs.has(folder) && !others.test(folder),
  );
  expect(strange).toEqual([]);
});
