import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { blocksOf } from "../support/markdown.ts";
import { readmes } from "../support/readmes.ts";
import { regionOf } from "../support/regions.ts";
import { filesBelow, projectRoot, textOfFile } from "../support/source-files.ts";

const run = promisify(execFile);
/** Inside the project, so that its package resolves by its own name. */
const folder = join(projectRoot, ".wrangler", "readme-code");

/** Where a block runs, and what its reader has already. */
const surroundings = {
  worker: {
    base: "tsconfig.json",
    types: ["@cloudflare/workers-types", "@cloudflare/vitest-plugin/types", "node"],
    include: [".", "../../../src/worker-configuration.d.ts"],
    globals: `
      import type { AzureBinding } from "azure-integration-worker";
      declare global {
        const env: { AZURE: AzureBinding };
        const request: Request;
        const [apiKey, secret, subscriptionId]: string[] & [string, string, string];
      }`,
  },
  server: {
    base: "test/tsconfig.json",
    types: ["node"],
    include: ["."],
    globals: `
      declare global {
        const [apiKey, sessionToken, subscriptionId]: string[] & [string, string, string];
      }
      export {};`,
  },
  tests: { base: "test/tsconfig.json", types: ["node"], include: ["."], globals: "" },
  browser: {
    base: "test/tsconfig.json",
    types: ["node"],
    include: ["."],
    globals: `
      import type { ConnectionStatus, Remedy } from "azure-integration-worker";
      declare global {
        const [sessionToken, userId]: string[] & [string, string];
        function show(status: ConnectionStatus, remedy: Remedy | undefined): void;
      }`,
  },
};
type Place = keyof typeof surroundings;

const code = [...readmes].flatMap(([path, markdown]) =>
  blocksOf(markdown)
    .filter(({ language, info }) => language === "ts" && !info.startsWith("from "))
    .map(({ info, line, text }) => ({
      place: info === "" ? "worker" : info,
      file: `${path.replaceAll("/", "-").replace(/\.md$/, "")}-${line}.ts`,
      text,
    })),
);

beforeAll(() => {
  rmSync(folder, { recursive: true, force: true });
  for (const [place, { base, types, include, globals }] of Object.entries(surroundings)) {
    const here = join(folder, place);
    mkdirSync(here, { recursive: true });
    const config = {
      extends: `../../../${base}`,
      compilerOptions: { noUnusedLocals: false, types },
      include,
      exclude: [],
    };
    writeFileSync(join(here, "tsconfig.json"), JSON.stringify(config));
    writeFileSync(join(here, "globals.d.ts"), globals);
    for (const block of code.filter((one) => one.place === place)) {
      writeFileSync(join(here, block.file), `${block.text}\nexport {};\n`);
    }
  }
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each<[Place, number]>([
  ["worker", 5],
  ["browser", 3],
  ["server", 3],
  ["tests", 2],
])(
  "the READMEs' code for a %s compiles",
  async (place, atLeast) => {
    expect(code.filter((block) => block.place === place).length).toBeGreaterThanOrEqual(atLeast);
    const tsc = join(projectRoot, "node_modules", "typescript", "bin", "tsc");
    const { stdout } = await run(process.execPath, [tsc, "-p", join(folder, place)], {
      cwd: projectRoot,
    }).catch((error: { stdout: string }) => error);
    expect(stdout).toBe("");
  },
  120_000,
);

test("the READMEs' code is for a Worker, a server, a browser or tests", () => {
  const places = new Set(code.map(({ place }) => place));
  expect([...places].toSorted()).toEqual(Object.keys(surroundings).toSorted());
});

/** Blocks that say whose text they are: `from {path}`, or `from {path}#{region}`. */
const cuttings = [...readmes].flatMap(([path, markdown]) =>
  blocksOf(markdown).flatMap(({ info, line, text }) => {
    const [, source, region] = /^from ([^#]+)(?:#(.+))?$/.exec(info) ?? [];
    return source === undefined ? [] : [{ at: `${path}:${line}`, source, region, text }];
  }),
);

test.each(cuttings)("$at is cut from $source", ({ source, region, text }) => {
  expect(text).toBe(regionOf(textOfFile(source), region));
});

test("every region of the example is shown in a README", () => {
  const regions = filesBelow("test/example", "").flatMap((path) => {
    if (!/\.(?:ts|jsonc)$/.test(path)) return [];
    const marks = textOfFile(path).matchAll(/\/\/ #region (\S+)$/gm);
    return [...marks].map(([, name = ""]) => `${path}#${name}`);
  });
  const shown = new Set(cuttings.map(({ source, region }) => `${source}#${region}`));
  expect([...new Set(regions)].filter((region) => !shown.has(region))).toEqual([]);
  expect(cuttings.length).toBeGreaterThan(4);
});

test("a reader copies no more than 150 lines of the example", () => {
  const files = ["worker", "page"].flatMap((part) => filesBelow(`test/example/${part}`, ""));
  const lines = files.flatMap((path) => textOfFile(path).split("\n"));
  const code = lines.filter((line) => !/^\s*(?:\/\/.*|\/\*\*.*\*\/)?$/.test(line));
  expect(code.length).toBeGreaterThan(100);
  expect(code.length).toBeLessThanOrEqual(150);
});
