import { describe, expect, test } from "vitest";
import readme from "../../README.md?raw";
import manifest from "../../package.json";
import { createRouter } from "../../src/app.ts";
import { connectionEventSchema } from "../../src/contract/connection-events.ts";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { errorStatuses } from "../../src/contract/errors.ts";
import { blobColumns, doubleColumns } from "../../src/platform/metrics.ts";
import { remedyActions } from "../../src/contract/remedy.ts";
import { operations } from "../../src/operations/index.ts";
import { methods } from "../../src/rpc/admit.ts";

/** The first two cells of every row of the README's tables that begins with code. */
const rows = [...readme.matchAll(/^\| (`[^|]+`) *\| ([^|]*)\|/gm)].map(
  ([, first = "", second = ""]) => ({
    names: [...first.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name),
    second: second.trim(),
  }),
);

describe("the README", () => {
  test("lists every route with its scope, and no other", () => {
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

  test("lists every error code with its status", () => {
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
      "RPC method",
      [
        ...Object.keys(methods),
        ...operations.flatMap(({ operation: { name, over } }) =>
          over.includes("rpc") ? [name] : [],
        ),
      ],
    ],
    [
      "log event",
      ["request", "rpc", "refresh", "alarm", "delivery_paused", "watchdog", "unexpected_error"],
    ],
    ["script", ["start", "dev", "check", "types", "format", "build", "mint-key", "deploy"]],
  ])("names every %s in a table", (_, expected) => {
    const named = rows.flatMap(({ names }) => names).join("\n");
    expect(
      expected.filter((name) => !new RegExp(`(?:^|\\W)${name}(?:\\W|$)`, "m").test(named)),
    ).toEqual([]);
  });

  test("gives every column of a data point its name and place", () => {
    const told = rows
      .map(({ names }) => names)
      .filter(([place = ""]) => /^(?:blob|double)\d+$/.test(place));
    expect(told).toEqual([
      ...blobColumns.map((name, place) => [`blob${place + 1}`, name]),
      ...doubleColumns.map((name, place) => [`double${place + 1}`, name]),
    ]);
  });

  test("shows the hash that a connection is logged under", () => {
    expect(readme).toContain(`cut -c1-16\n${connectionHash("user:demo")}\n`);
  });

  test("names no script that does not exist", () => {
    const told = [...readme.matchAll(/npm run ([\w-]+)/g)].map(([, name = ""]) => name);
    expect(told.filter((name) => !Object.hasOwn(manifest.scripts, name))).toEqual([]);
  });
});
