import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";

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

/** Puts exports that do nothing in the place of those of the rooms for agents. */
const withoutAgents: Plugin = {
  name: "without-agents",
  setup: ({ onLoad, onResolve }) => {
    onResolve({ filter: /^\.\.\/locales\/index\.js$/ }, () => ({
      path: join(root, "src/platform/no-locales.ts"),
    }));
    onLoad({ filter: forAgents }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const names = source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm);
      const stubs = Array.from(names, ([, name]) => `export const ${name} = () => [];`);
      return { contents: stubs.join("\n") };
    });
  },
};

/** What the Worker would be without MCP and its authorization server: to be weighed, not to be run. */
export async function bundleWithoutAgents(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "src/index.ts")],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    plugins: [withoutAgents],
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error("the Worker has no bundle");
  return file.text;
}

/** A Worker of the bench. @param name of its file in `worker/` */
export async function benchWorker(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(root, "test/bench/worker", `${name}.ts`)],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    // As the deployed Worker is.
    minify: true,
    keepNames: true,
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${name} has no bundle`);
  return file.text;
}
