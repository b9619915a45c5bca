import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { mayImport, rooms } from "../support/rooms.ts";

const root = join(dirname(fileURLToPath(import.meta.url)), "../..");

/** An import in a file of its own. */
interface Planted {
  /** Below `src`, without its ending. */
  path: string;
  imports: string;
}
const named = ({ path, imports }: Planted): string => `${path} imports ${imports}`;
/** Types are imported like values: a wall keeps out both. */
const textOf = ({ imports }: Planted): string =>
  `import type { One } from "${imports}";\nexport type Other = One;\n`;

const fileName = (text: string): string => text.replaceAll(/\W+/g, "-");
/** In the room and in a folder of it: a wall that knows one depth alone would miss the other. */
const fromBothDepths = (room: string, to: string): Planted[] => [
  { path: `${room}/${fileName(to)}`, imports: `../${to}` },
  { path: `${room}/inner/${fileName(to)}`, imports: `../../${to}` },
];

const names = Object.keys(rooms);
const pairs = names.flatMap((from) =>
  names.filter((to) => to !== from).map((to) => ({ from, to })),
);
const between = (allowed: boolean): Planted[] =>
  pairs
    .filter(({ from, to }) => mayImport(from, to) === allowed)
    .flatMap(({ from, to }) =>
      fromBothDepths(from, to === "connection" ? "connection/stub.ts" : `${to}/planted.ts`),
    );

const aboveConnection = names.filter((room) => mayImport(room, "connection"));
const insideConnection = ["connection/actor.ts", "connection/tables/planted.ts"];
const withoutPlatform = ["contract", "api", "http", "entra", "graph", "arm", "client"];

const walls: readonly Planted[] = [
  ...between(false),
  ...names.flatMap((room) =>
    ["app.ts", "index.ts", "service.ts"].flatMap((file) => fromBothDepths(room, file)),
  ),
  ...aboveConnection.flatMap((room) =>
    insideConnection.flatMap((file) => fromBothDepths(room, file)),
  ),
  ...["app", "service"].map((path) => ({ path, imports: "./connection/actor.ts" })),
  ...withoutPlatform.map((room) => ({ path: `${room}/workers`, imports: "cloudflare:workers" })),
  { path: "contract/circle-a", imports: "./circle-b.ts" },
  { path: "contract/circle-b", imports: "./circle-a.ts" },
];
const openings: readonly Planted[] = between(true);

/** The files that the project's linter refuses, in a tree of their own and in one run. */
function refusedOf(planted: readonly Planted[]): ReadonlySet<string> {
  const tree = mkdtempSync(join(tmpdir(), "walls-"));
  try {
    cpSync(join(root, ".oxlintrc.json"), join(tree, ".oxlintrc.json"));
    for (const file of planted) {
      const path = join(tree, "src", `${file.path}.ts`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, textOf(file));
    }
    const { stdout } = spawnSync(join(root, "node_modules/.bin/oxlint"), ["--format=json"], {
      cwd: tree,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
    });
    const { diagnostics }: { diagnostics: { code: string; filename: string }[] } =
      JSON.parse(stdout);
    const codes = new Set(["eslint(no-restricted-imports)", "import(no-cycle)"]);
    return new Set(
      diagnostics
        .filter(({ code }) => codes.has(code))
        .map(({ filename }) => filename.replace(/^src\/(.*)\.ts$/, "$1")),
    );
  } finally {
    rmSync(tree, { recursive: true, force: true });
  }
}

describe("the linter", () => {
  let refused: ReadonlySet<string> = new Set();
  beforeAll(() => {
    refused = refusedOf([...walls, ...openings]);
  });

  test("refuses each import that the floors forbid", () => {
    expect(walls.length).toBeGreaterThan(400);
    expect(walls.filter(({ path }) => !refused.has(path)).map(named)).toEqual([]);
  });

  test("lets each import from a lower floor through", () => {
    expect(openings.length).toBeGreaterThan(100);
    expect(openings.filter(({ path }) => refused.has(path)).map(named)).toEqual([]);
  });
});
