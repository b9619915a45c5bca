import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import manifest from "../../package.json";
import { listEvents } from "../../src/api/connections.ts";
import { createRouter } from "../../src/app.ts";
import { errorStatuses } from "../../src/contract/errors.ts";
import { remedyActions } from "../../src/contract/remedy.ts";
import { scopes } from "../../src/contract/scope.ts";
import { meanings } from "../../src/entra/error-meanings.ts";
import { byCode } from "../../src/entra/error-table.ts";
import { operations } from "../../src/operations/index.ts";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { blobColumns, doubleColumns } from "../../src/platform/metrics.ts";
import { methods } from "../../src/rpc/admit.ts";
import { anchorsOf, linksOf } from "../support/markdown.ts";
import { readmes } from "../support/readmes.ts";
import { filesBelow, projectRoot, textOfFile } from "../support/source-files.ts";
import { storedColumns } from "../support/stored-columns.ts";

const schema = textOfFile("src/connection/tables/schema.ts");
const textOf = (path: string): string => readmes.get(path) ?? "";
const everything = [...readmes.values()].join("\n");

/** The first two cells of every row of a text's tables that begins with code. */
const rowsOf = (markdown: string) =>
  [...markdown.matchAll(/^\| (`[^|]+`) *\| ([^|]*)\|/gm)].map(([, first = "", second = ""]) => ({
    names: [...first.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    second: second.trim(),
  }));
const rows = rowsOf(everything);

const rooms = [
  "contract",
  "api",
  "http",
  "entra",
  "graph",
  "arm",
  "platform",
  "config",
  "directory",
  "connection",
  "callers",
  "oauth",
  "operations",
  "front",
  "routes",
  "rpc",
  "watchdog",
  "client",
];

/** Scripts that npm has a command of its own for. */
const byNpm = new Map([
  ["start", "npm start"],
  ["test", "npm test"],
  ["prepack", "npm pack"],
]);

describe("the READMEs", () => {
  test("list every route once with its scope, and no other", () => {
    const listed = rows.flatMap(({ names: [name = ""], second }) => {
      const [, verbs = "", path] = /^((?:[A-Z]+ )+)(\/\S*)$/.exec(name) ?? [];
      if (path === undefined || !/^(?:open|admin|\w+:\w+)$/.test(second)) return [];
      return verbs
        .trim()
        .split(" ")
        .map((verb) => `${verb} ${path} ${second}`);
    });
    const routes = createRouter().documented.map((describe) => {
      const { method, path, scope } = describe();
      return `${method.toUpperCase()} ${path} ${scope}`;
    });
    expect(listed.toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  test("list every RPC method with its scope, and no other", () => {
    const [table = ""] = /\| method[\s\S]*?\n\n/.exec(textOf("src/rpc/README.md")) ?? [];
    const listed = [...table.matchAll(/^\| (`[^|]+)\| ([^|]+)\|/gm)].flatMap(
      ([, cell = "", scope = ""]) =>
        [...cell.matchAll(/`(\w+)[(`]/g)].map(([, name = ""]) => `${name} ${scope.trim()}`),
    );
    const own = Object.values(methods).map(({ name, scopes: [scope, ...more] }) =>
      more.length === 0 ? `${name} ${scope}` : `${name} every scope but \`admin\``,
    );
    const served = operations.flatMap(({ operation: { name, scope, over } }) =>
      over.includes("rpc") ? [`${name} ${scope}`] : [],
    );
    expect(listed.toSorted()).toEqual([...own, ...served].toSorted());
  });

  test("list every error code with its status", () => {
    const listed = rowsOf(textOf("src/contract/README.md")).flatMap(({ names, second }) =>
      names.slice(0, 1).map((name) => [name, Number(/^\d{3}\b/.exec(second)?.[0])]),
    );
    expect(listed).toEqual(expect.arrayContaining(Object.entries(errorStatuses)));
  });

  test.each<[string, string, readonly string[]]>([
    [
      "event",
      "src/connection/README.md",
      listEvents.data.options.map(({ shape }) => shape.type.value),
    ],
    ["remedy", "src/contract/README.md", remedyActions],
    ["remedy", "src/entra/README.md", remedyActions],
    ["remedy", "README.md", remedyActions],
    ["scope", "src/contract/README.md", scopes],
    [
      "log event",
      "src/platform/README.md",
      ["request", "rpc", "refresh", "alarm", "delivery_paused", "watchdog", "unexpected_error"],
    ],
    [
      "script",
      "README.md",
      Object.keys(manifest.scripts)
        // Run by npm before others, or where packages are installed.
        .filter((script) => script === "prepack" || !/^pre(?:pare$|[a-z]+$)/.test(script))
        .map((script) => byNpm.get(script) ?? `npm run ${script}`),
    ],
  ])("name every %s in a table of %s", (_, path, expected) => {
    const named = rowsOf(textOf(path))
      .flatMap(({ names }) => names)
      .join("\n");
    expect(
      expected.filter((name) => !new RegExp(`(?:^|\\W)${name}(?:\\W|$)`, "m").test(named)),
    ).toEqual([]);
  });

  test("give Entra's codes the action that they lead to", () => {
    const table = textOf("src/entra/README.md")
      .split("\n")
      .filter((line) => line.startsWith("|"));
    const listed = table.flatMap((line) => {
      const action = remedyActions.find((one) => line.includes(`| \`${one}\``));
      const codes = [...line.matchAll(/\b\d{5,8}\b/g)].map(([code]) => Number(code));
      return action === undefined ? [] : codes.map((code) => ({ code, action }));
    });
    expect(listed.length).toBeGreaterThan(50);
    const wrong = listed.filter(({ code, action }) => {
      const meaning = byCode.get(code);
      return meaning === undefined || meanings[meaning].action !== action;
    });
    expect(wrong).toEqual([]);
  });

  test("give every column of a data point its name and place", () => {
    const listed = rows
      .map(({ names }) => names)
      .filter(([place = ""]) => /^(?:blob|double)\d+$/.test(place));
    expect(listed).toEqual([
      ...blobColumns.map((name, place) => [`blob${place + 1}`, name]),
      ...doubleColumns.map((name, place) => [`double${place + 1}`, name]),
    ]);
  });

  test("list every column that a connection stores, by its table", () => {
    const sections = textOf("src/connection/README.md").split(/^###? /m);
    const listed = sections.flatMap((section) => {
      const [, table] = /^`(\w+)`/.exec(section) ?? [];
      const columns = rowsOf(section).flatMap(({ names }) => names);
      return table === undefined ? [] : [[table, columns.toSorted()]];
    });
    const stored = [...storedColumns(schema)].map(([table, columns]) => [
      table,
      columns.toSorted(),
    ]);
    expect(Object.fromEntries(listed)).toEqual(Object.fromEntries(stored));
    expect(stored.length).toBeGreaterThan(7);
  });

  test("list every column of the directory", () => {
    const listed = rowsOf(textOf("src/directory/README.md")).map(({ names: [name] }) => name);
    const migrations = filesBelow("src/directory/migrations", ".sql").map(textOfFile).join("\n");
    expect(listed.toSorted()).toEqual(
      storedColumns(migrations).get("oauth_connections")?.toSorted(),
    );
  });

  test("name test files that exist for what they prove", () => {
    const [matrix = ""] =
      textOf("test/README.md").split("## Coverage matrix\n")[1]?.split("\n## ") ?? [];
    const named = [...matrix.matchAll(/`((?:unit|integration|e2e)\/[^`]+)`/g)].map(
      ([, name = ""]) => `test/${name}.test.ts`,
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((file) => !existsSync(join(projectRoot, file)))).toEqual([]);
  });

  test("show the hash that a connection is logged under", () => {
    expect(everything).toContain(`cut -c1-16\n${connectionHash("user:demo")}\n`);
  });

  test("name no script that does not exist", () => {
    const named = [...everything.matchAll(/npm run ([\w:-]+)/g)].map(([, name = ""]) => name);
    expect(named.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });

  test("are there for every room, and short at the top", () => {
    const there = rooms.filter((room) => readmes.has(`src/${room}/README.md`));
    expect(there).toEqual(rooms);
    expect(textOf("README.md").trimEnd().split("\n").length).toBeLessThanOrEqual(250);
  });

  test.each([...readmes])("of %s lead to what exists", (path, markdown) => {
    const broken = linksOf(markdown).filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(projectRoot, target))) return true;
      return anchor !== undefined && !anchorsOf(textOf(target)).has(anchor);
    });
    expect(broken).toEqual([]);
  });
});
