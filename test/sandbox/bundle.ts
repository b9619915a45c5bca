import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdtempSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * Writes `dist/sandbox`: the sandbox as other projects import it. It is one file with the packages that it
 * is made of, so that who installs the client alone does not install them. Run by `npm pack`.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
const target = join(root, "dist/sandbox");
const entry = "embed";

/** Packages are CommonJS in part, and that has `require`. */
const requires = `import { createRequire } from "node:module";\nconst require = createRequire(import.meta.url);`;

const { metafile } = await build({
  absWorkingDir: root,
  entryPoints: [`test/sandbox/${entry}.ts`],
  outfile: join(target, `${entry}.js`),
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node20",
  // Names stay, so that a stack trace can be read.
  minifySyntax: true,
  minifyWhitespace: true,
  banner: { js: requires },
  metafile: true,
  logLevel: "warning",
});

const packages = new Set(
  Object.keys(metafile.inputs).flatMap((path) => {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(path) ?? [];
    return name === undefined ? [] : [name];
  }),
);
writeFileSync(join(target, "LICENSES.txt"), [...packages].toSorted().map(licenceOf).join("\n"));
writeDeclarations();

/** A copy of a package goes with its licence. @throws Error for a package that has none */
function licenceOf(name: string): string {
  const folder = join(root, "node_modules", name);
  const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  if (file === undefined && typeof license !== "string") throw new Error(`${name} has no licence`);
  const text =
    file === undefined ? `Licence: ${license}` : readFileSync(join(folder, file), "utf8");
  return `${name} ${version}\n\n${text.trim()}\n`;
}

/** The declarations that the entry reaches. @throws Error for one that needs a package, or lies elsewhere */
function writeDeclarations(): void {
  const folder = mkdtempSync(join(tmpdir(), "sandbox-types-"));
  try {
    execFileSync(join(root, "node_modules/.bin/tsc"), ["-p", "test/sandbox", "--outDir", folder], {
      cwd: root,
      stdio: "inherit",
    });
    const from = join(folder, "test/sandbox");
    const reached = new Set([`${entry}.d.ts`]);
    for (const path of reached) {
      const text = readFileSync(join(from, path), "utf8");
      for (const [, to = ""] of text.matchAll(/\bfrom "([^"]+)"|\bimport\("([^"]+)"\)/g)) {
        const next = join(dirname(path), to.replace(/\.ts$/, ".d.ts"));
        if (!to.startsWith(".") || next.startsWith("..") || !existsSync(join(from, next))) {
          throw new Error(`${path}: a program with the sandbox does not have ${to}`);
        }
        reached.add(next);
      }
      mkdirSync(dirname(join(target, path)), { recursive: true });
      writeFileSync(join(target, path), text);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
