import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { projectRoot } from "./source-files.ts";

const run = promisify(execFile);

/** The package as `npm publish` would send it. */
export interface Tarball {
  path: string;
  /** In bytes. */
  size: number;
  /** Paths in it, without the folder that npm puts around them. */
  files: string[];
}

/** `npm pack`, which builds first. @param folder where the file is written */
export async function packInto(folder: string): Promise<Tarball> {
  await run("npm", ["pack", "--pack-destination", folder], { cwd: projectRoot });
  const name = (await readdir(folder)).find((one) => one.endsWith(".tgz")) ?? "";
  const path = join(folder, name);
  const { stdout } = await run("tar", ["-tzf", path]);
  const files = stdout.trim().split("\n");
  return {
    path,
    size: (await stat(path)).size,
    files: files.map((file) => file.replace(/^package\//, "")).toSorted(),
  };
}

/**
 * An empty project with the package installed, and files of its own.
 *
 * @returns names of all packages it then has
 */
export async function installInto(
  folder: string,
  { path }: Tarball,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const manifest = JSON.stringify({ name: "consumer", private: true, type: "module" });
  for (const [name, text] of Object.entries({ "package.json": manifest, ...files })) {
    await writeFile(join(folder, name), text);
  }
  const options = ["--prefer-offline", "--no-audit", "--no-fund"];
  await run("npm", ["install", ...options, path], { cwd: folder });
  const { stdout } = await run("npm", ["query", "*"], { cwd: folder });
  const found: { name: string; location: string }[] = JSON.parse(stdout);
  return found
    .filter(({ location }) => location !== "")
    .map(({ name }) => name)
    .toSorted();
}

/** The Node that a shell of this machine would start, which need not be the tools' own. */
export function machineNode(): string {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  const own = folders.filter((folder) => !folder.includes("node_modules"));
  return own.map((folder) => join(folder, "node")).find(existsSync) ?? process.execPath;
}
