import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { projectRoot } from "./source-files.ts";

/** What `npm start` needs of the project. */
const parts = [
  "package.json",
  "tsconfig.json",
  "wrangler.jsonc",
  "src",
  "test/sandbox",
  "test/support/random.ts",
  // Made where packages are installed, which a copy's are not.
  ".wrangler/assets",
];

/** A project of one's own, to put files into and to break. */
export interface ProjectCopy {
  folder: string;
  remove(): Promise<void>;
}

/** Copies what `npm start` needs into a folder of its own, with the packages of this one. */
export async function copyProject(): Promise<ProjectCopy> {
  const folder = await mkdtemp(join(tmpdir(), "azure-project-"));
  await mkdir(join(folder, "test/support"), { recursive: true });
  for (const part of parts) {
    await cp(join(projectRoot, part), join(folder, part), { recursive: true });
  }
  await symlink(join(projectRoot, "node_modules"), join(folder, "node_modules"));
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}
