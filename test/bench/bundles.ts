import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Plugin } from "esbuild";
import { minifiedWorker, without } from "../support/minified-worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** A module as Miniflare takes it. */
export interface BundledModule {
  type: "ESModule" | "Text";
  path: string;
  contents: string;
}

const main = "index.js";

/**
 * The Worker as `wrangler deploy` would upload it: minified, without its source map.
 *
 * @returns its main module, and after it the texts that this imports
 */
export async function deployedBundle(): Promise<BundledModule[]> {
  const folder = await mkdtemp(join(tmpdir(), "azure-bench-"));
  try {
    await run(
      join(root, "node_modules/.bin/wrangler"),
      ["deploy", "--dry-run", "--outdir", folder],
      { cwd: root, env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
    );
    const texts = (await readdir(folder)).filter((name) => name.endsWith(".txt"));
    return await Promise.all(
      [main, ...texts].map(async (path) => ({
        type: path === main ? "ESModule" : "Text",
        path,
        contents: await readFile(join(folder, path), "utf8"),
      })),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Where agents are served, and signed in: by every way that the rest of the Worker takes to it. */
const forAgents = /\/src\/(?:mcp|oauth|routes\/oauth|operations\/mcp-grants)(?:\/[\w/-]+)?\.ts$/;

/** As `wrangler.jsonc` has it. */
const noLocales: Plugin = {
  name: "no-locales",
  setup: ({ onResolve }) => {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, () => ({
      path: join(root, "src/platform/no-locales.ts"),
    }));
  },
};

/** What the Worker would be without MCP and its authorization server: to be weighed, not to be run. */
export const bundleWithoutAgents = (): Promise<string> =>
  minifiedWorker(join(root, "src/index.ts"), { plugins: [noLocales, without(forAgents)] });

/** A Worker of the bench. @param name of its file in `worker/` */
export const benchWorker = (name: string): Promise<string> =>
  minifiedWorker(join(root, "test/bench/worker", `${name}.ts`), { keepNames: true });
