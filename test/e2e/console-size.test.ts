import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Plugin } from "esbuild";
import { beforeAll, expect, test } from "vitest";
import { minifiedWorker, without } from "../support/minified-worker.ts";
import { projectRoot } from "../support/source-files.ts";

/** What the console costs: in the Worker, whether or not it is on, and in the browser. */

const kibibyte = 1_024;
const sizeOf = (content: Uint8Array | string): number => gzipSync(content, { level: 9 }).byteLength;

/** The console's own part of the Worker. */
const ownFiles =
  /\/src\/(?:routes\/operators\/\w+|config\/console|callers\/console-session|callers\/access-assertion|front\/console-access|operations\/console-(?:sign-in|run))\.ts$/;

const worker = (plugins: Plugin[]): Promise<string> =>
  minifiedWorker(join(projectRoot, "src/index.ts"), { plugins });

beforeAll(() => {
  execFileSync("npm", ["run", "--silent", "console"], { cwd: projectRoot });
});

test("the page, its script and its style are at most 20 KiB in all", () => {
  const folder = join(projectRoot, ".wrangler/assets/console");
  const sizes = readdirSync(folder).map((name) => [name, sizeOf(readFileSync(join(folder, name)))]);
  const total = sizes.reduce((sum, [, size]) => sum + Number(size), 0);
  console.log(`assets: ${total} bytes of ${20 * kibibyte}`, Object.fromEntries(sizes));
  expect(sizes.map(([name]) => name)).toEqual([
    "console.css",
    "console.js",
    "icon.svg",
    "index.html",
  ]);
  expect(total).toBeLessThanOrEqual(20 * kibibyte);
});

test("the Worker carries at most 3 KiB for it", async () => {
  const [whole, bare] = [await worker([]), await worker([without(ownFiles)])];
  expect(whole).toContain("__Host-azure_console");
  expect(bare).not.toContain("__Host-azure_console");
  const cost = sizeOf(whole) - sizeOf(bare);
  console.log(`Worker: ${cost} bytes of ${3 * kibibyte}`);
  expect(cost).toBeLessThanOrEqual(3 * kibibyte);
});
