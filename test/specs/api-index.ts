import { globSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * Makes the index that agents search Microsoft Graph by. It needs the folder of the API descriptions
 * (`graph/permissions.json`, `graph/sample-queries.json` of microsoft-graph-devx-content) and the unpacked
 * npm package `@microsoft/teams.graph-endpoints`, whose paths say what v1.0 has.
 */
const usage = "node test/specs/api-index.ts <folder of the API descriptions> <graph-endpoints>";

const [specs, endpoints] = process.argv.slice(2);
if (specs === undefined || endpoints === undefined) {
  console.error(`usage: ${usage}`);
  process.exit(2);
}

interface Permissions {
  permissions: Record<
    string,
    { pathSets: { schemeKeys: string[]; methods: string[]; paths: Record<string, string> }[] }
  >;
}
interface Sample {
  method: string;
  humanName: string;
  requestUrl: string;
}
const json = <Value>(file: string): Value =>
  JSON.parse(readFileSync(join(specs, "graph", file), "utf8")) as Value;

/** A path in one spelling: Graph does not tell letters' case or a namespace apart. */
const normal = (path: string): string =>
  (path.split("?")[0] ?? "")
    .replace(/\/+$/, "")
    .replaceAll("microsoft.graph.", "")
    .replaceAll("()", "")
    .replaceAll(/\{[^}]*\}/g, "{}")
    .toLowerCase();

/** Operations of v1.0, by method and path in one spelling, with the path as it is written. */
const published = new Map<string, string>();
for (const file of globSync("dist/**/*.mjs", { cwd: endpoints })) {
  const text = readFileSync(join(endpoints, file), "utf8");
  for (const [, method = "", path = ""] of text.matchAll(/method:"(\w+)",path:"([^"]+)"/g)) {
    published.set(
      `${method.toUpperCase()} ${normal(path)}`,
      path.replaceAll("microsoft.graph.", ""),
    );
  }
}

/** The least privileged permission of a user by operation. */
const least = new Map<string, string>();
const listed = new Set<string>();
for (const [name, { pathSets }] of Object.entries(
  json<Permissions>("permissions.json").permissions,
)) {
  for (const { methods, schemeKeys, paths } of pathSets) {
    if (!schemeKeys.includes("DelegatedWork")) continue;
    for (const [path, flags] of Object.entries(paths)) {
      for (const method of methods) {
        const key = `${method} ${normal(path)}`;
        listed.add(key);
        const isLeast = (/least=([^;]*)/.exec(flags)?.[1] ?? "")
          .split(",")
          .includes("DelegatedWork");
        const known = least.get(key);
        // Of two that are called the least, the shorter name is the narrower one.
        if (isLeast && (known === undefined || name.length < known.length)) least.set(key, name);
      }
    }
  }
}

const operations = [...published].filter(([key]) => listed.has(key));
const indexed = new Map(operations);

/** A stable order that follows nothing: FNV-1a. */
function shuffle(text: string): number {
  let hash = 0x81_1c_9d_c5;
  for (const unit of text) hash = Math.imul(hash ^ (unit.codePointAt(0) ?? 0), 0x01_00_01_93);
  return hash >>> 0;
}

/** Names of samples by operation, without their marks of version. */
const samples = new Map<string, string[]>();
for (const { method, humanName, requestUrl } of json<{ SampleQueries: Sample[] }>(
  "sample-queries.json",
).SampleQueries) {
  const key = `${method} ${normal(requestUrl.replace(/^\/(?:v1\.0|beta)/, ""))}`;
  if (!indexed.has(key)) continue;
  const name = humanName
    .replaceAll(/\(beta\)|\s+/gi, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .toLowerCase();
  samples.set(key, [...new Set([...(samples.get(key) ?? []), name])]);
}

/** Of a hundred questions, half are in no way part of the index: they show what it finds unprepared. */
const questions = [...samples]
  .toSorted(([left], [right]) => shuffle(left) - shuffle(right))
  .slice(0, 100);
const heldOut = new Set(questions.slice(50).map(([key]) => key));

const letters: Readonly<Record<string, string>> = {
  GET: "G",
  POST: "P",
  PUT: "U",
  PATCH: "A",
  DELETE: "D",
};
const names = [...new Set(operations.flatMap(([key]) => least.get(key) ?? []))].sort();
const places = new Map(names.map((name, place) => [name, place]));

const paths = new Map<string, { offers: string[]; names: string[] }>();
for (const [key, path] of operations.toSorted(([, left], [, right]) => (left < right ? -1 : 1))) {
  const letter = letters[key.split(" ")[0] ?? ""];
  if (letter === undefined) continue;
  const row = paths.get(path) ?? { offers: [], names: [] };
  paths.set(path, row);
  const permission = least.get(key);
  row.offers.push(`${letter}${permission === undefined ? "" : (places.get(permission) ?? "")}`);
  if (!heldOut.has(key)) row.names.push(...(samples.get(key) ?? []).map((name) => letter + name));
}

const lines: string[] = [];
let before: string[] = [];
for (const [path, { offers, names: found }] of paths) {
  const segments = path.slice(1).split("/");
  let shared = 0;
  while (shared < segments.length - 1 && segments[shared] === before[shared]) shared += 1;
  lines.push(
    [`${shared} ${segments.slice(shared).join("/")}`, offers.join(" "), ...found].join("\t"),
  );
  before = segments;
}

const origin =
  "Microsoft Graph v1.0, from microsoft-graph-devx-content (MIT License, Copyright (c) 2020 Microsoft Graph) and @microsoft/teams.graph-endpoints (MIT License, Copyright (c) Microsoft Corporation)";
const folder = fileURLToPath(new URL("../../src/mcp/api-index/", import.meta.url));
writeFileSync(join(folder, "graph.txt"), [origin, names.join(" "), ...lines, ""].join("\n"));
writeFileSync(
  fileURLToPath(new URL("api-questions.json", import.meta.url)),
  `${JSON.stringify(
    questions.map(([key, [question = ""]], place) => ({
      question,
      method: key.split(" ")[0],
      path: indexed.get(key),
      held_out: place >= 50,
    })),
    undefined,
    2,
  )}\n`,
);
