import { describe, expect, test } from "vitest";
import manifest from "../../package.json";
import { createRouter } from "../../src/app.ts";
import { connectionEventSchema } from "../../src/contract/connection-events.ts";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { errorStatuses } from "../../src/contract/errors.ts";
import { blobColumns, doubleColumns } from "../../src/platform/metrics.ts";
import { remedyActions } from "../../src/contract/remedy.ts";
import { operations } from "../../src/operations/index.ts";
import { methods } from "../../src/rpc/admit.ts";
import { filesBelow, textOfFile } from "../support/source-files.ts";

/** The top README and those of the rooms. */
const readme = ["README.md", ...filesBelow("src", "README.md")].map(textOfFile).join("\n");

/** The first two cells of every row of the READMEs' tables that begins with code. */
const rows = [...readme.matchAll(/^\| (`[^|]+`) *\| ([^|]*)\|/gm)].map(
  ([, first = "", second = ""]) => ({
    names: [...first.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    second: second.trim(),
  }),
);

describe("the READMEs", () => {
  test("list every route with its scope, and no other", () => {
    const told = rows.flatMap(({ names: [name = ""], second }) => {
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
    expect(told.toSorted()).toEqual([...new Set(routes)].toSorted());
  });

  test("list every RPC method with its scope, and no other", () => {
    const table = readme.split(/\n(?!\|)/).find((text) => text.includes("| `beginConnect("));
    const listed = [...(table ?? "").matchAll(/^\| ([^|]+)\| ([^|]+)\|/gm)].flatMap(
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
    const told = Object.entries(errorStatuses).map(([code, status]) => {
      const row = rows.find(({ names }) => names.length === 1 && names[0] === code);
      return [code, row?.second.startsWith(String(status))];
    });
    expect(told).toEqual(Object.keys(errorStatuses).map((code) => [code, true]));
  });

  test.each([
    ["event", connectionEventSchema.options.map(({ shape }) => shape.type.value)],
    ["remedy", [...remedyActions]],
    [
      "log event",
      ["request", "rpc", "refresh", "alarm", "delivery_paused", "watchdog", "unexpected_error"],
    ],
    ["script", ["start", "dev", "check", "types", "format", "build", "mint-key", "deploy"]],
  ])("name every %s in a table", (_, expected) => {
    const named = rows.flatMap(({ names }) => names).join("\n");
    expect(
      expected.filter((name) => !new RegExp(`(?:^|\\W)${name}(?:\\W|$)`, "m").test(named)),
    ).toEqual([]);
  });

  test("give every column of a data point its name and place", () => {
    const told = rows
      .map(({ names }) => names)
      .filter(([place = ""]) => /^(?:blob|double)\d+$/.test(place));
    expect(told).toEqual([
      ...blobColumns.map((name, place) => [`blob${place + 1}`, name]),
      ...doubleColumns.map((name, place) => [`double${place + 1}`, name]),
    ]);
  });

  test("show the hash that a connection is logged under", () => {
    expect(readme).toContain(`cut -c1-16\n${connectionHash("user:demo")}\n`);
  });

  test("name no script that does not exist", () => {
    const told = [...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name = ""]) => name);
    expect(told.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });
});
