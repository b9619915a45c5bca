import { readFile } from "node:fs/promises";
import { build, type Plugin } from "esbuild";

/**
 * A Worker as it is deployed, in one text.
 *
 * @param entry path of its main module
 * @param keepNames whether functions keep the names that the source gives them
 */
export async function minifiedWorker(
  entry: string,
  { plugins = [], keepNames = false }: { plugins?: Plugin[]; keepNames?: boolean } = {},
): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    keepNames,
    format: "esm",
    target: "es2024",
    conditions: ["workerd", "worker", "browser"],
    external: ["cloudflare:*", "node:*"],
    plugins,
    logLevel: "error",
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error(`${entry} has no bundle`);
  return file.text;
}

/**
 * Puts exports that do nothing in the place of those of some files: the bundle is to be weighed, not to
 * be run.
 */
export const without = (files: RegExp): Plugin => ({
  name: "without",
  setup: ({ onLoad }) => {
    onLoad({ filter: files }, async ({ path }) => {
      const source = await readFile(path, "utf8");
      const names = source.matchAll(/^export (?:async )?(?:function|const|class) (\w+)/gm);
      const stubs = Array.from(names, ([, name]) => `export const ${name} = () => [];`);
      return { contents: stubs.join("\n") };
    });
  },
});
