import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";
import { armExampleSlices } from "./arm-examples.ts";
import { armTypes } from "./arm-types.ts";
import { permissionSlice } from "./graph-permissions.ts";
import type { PermissionSpec } from "./graph-permissions.ts";
import { sampleSlice } from "./graph-samples.ts";
import type { SampleQuery } from "./graph-samples.ts";
import { graphTypes } from "./graph-types.ts";
import type { Json, JsonObject } from "./schema.ts";

/**
 * Cuts the slices of Microsoft's published API descriptions that the tests keep as data; with
 * `--check` tells instead whether the kept ones are what the descriptions say.
 */
const usage = "node test/specs/refresh.ts <folder of the API descriptions> [--check]";

const [folder, mode] = process.argv.slice(2);
if (folder === undefined || (mode !== undefined && mode !== "--check")) {
  console.error(`usage: ${usage}`);
  process.exit(2);
}

const parsed = new Map<string, unknown>();
function read<T>(file: string): T {
  if (!parsed.has(file))
    parsed.set(
      file,
      JSON.parse(readFileSync(join(folder ?? "", file), "utf8").replace(/^\uFEFF/, "")),
    );
  return parsed.get(file) as T;
}

const slices: readonly [file: string, cut: () => unknown][] = [
  [
    "../sandbox/graph/permissions.json",
    () => permissionSlice(read<PermissionSpec>("graph/permissions.json")),
  ],
  ["graph-types.json", () => graphTypes(read<JsonObject>("graph/openapi31-from-csdl.json"))],
  [
    "graph-samples.json",
    () =>
      sampleSlice(
        read<{ SampleQueries: SampleQuery[] }>("graph/sample-queries.json").SampleQueries,
        read<JsonObject>("graph/openapi31-from-csdl.json"),
      ),
  ],
  ["arm-types.json", () => armTypes((file) => read<Json>(`arm/${file}`))],
  ["arm-examples.json", () => armExampleSlices((file) => read<Json>(`arm/${file}`))],
];

let stale = false;
for (const [file, cut] of slices) {
  const path = fileURLToPath(new URL(file, import.meta.url));
  const fresh = cut();
  if (mode === undefined) {
    writeFileSync(path, `${JSON.stringify(fresh, undefined, 2)}\n`);
    continue;
  }
  const same = isDeepStrictEqual(
    JSON.parse(readFileSync(path, "utf8")),
    JSON.parse(JSON.stringify(fresh)),
  );
  console.log(`${same ? "current" : "STALE  "} ${path}`);
  stale ||= !same;
}
process.exitCode = stale ? 1 : 0;
