import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts, launch, type Launched, type Ports } from "../support/launcher.ts";
import { blocksOf, commandsOf, patternOf, type Block } from "../support/markdown.ts";
import { signIn } from "../support/sign-in.ts";

const root = new URL("../..", import.meta.url).pathname;
const run = promisify(execFile);

/** Those whose commands are run, in this order: later ones break what earlier ones show. */
const files = [
  "README.md",
  "src/callers/README.md",
  "src/routes/README.md",
  "src/platform/README.md",
  "src/config/README.md",
  "test/sandbox/README.md",
];

let state: string;
let ports: Ports;
let started: Launched;
/** The program of the last `bash` block, which runs until the end, and what it has printed. */
let watcher: ChildProcess | undefined;
let watched = "";

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-readme-"));
  ports = await freePorts();
  started = launch(ports, state);
  await started.ready();
  // What the reader does in a browser.
  const worker = `http://localhost:${ports.worker}`;
  await signIn(worker, { userId: "demo" });
  await signIn(worker, { userId: "grace", account: "grace@contoso.example" });
});

afterAll(async () => {
  watcher?.kill("SIGKILL");
  started.end();
  await rm(state, { recursive: true, force: true });
});

/** A text of a README as it is here, where ports and folders are others. */
const here = (text: string): string =>
  text
    .replaceAll("8787", String(ports.worker))
    .replaceAll("8788", String(ports.sandbox))
    .replaceAll("8789", String(ports.sandbox + 1))
    .replaceAll(".wrangler/", `${relative(root, state)}/`);

async function tryConsole({ text }: Block): Promise<void> {
  const commands = commandsOf(text);
  expect(commands).not.toEqual([]);
  for (const { command, shown } of commands) {
    const output = command.endsWith("npm start")
      ? started.output()
      : (await run("bash", ["-ec", here(command)], { cwd: root })).stdout;
    expect(output).toMatch(patternOf(here(shown)));
    if (shown === "") expect(output).not.toContain('"success":false');
  }
}

function startBash({ text }: Block): void {
  const child = spawn("bash", ["-ec", `exec ${here(text)}`], { cwd: root });
  child.stdout.on("data", (chunk: Buffer) => (watched += chunk.toString()));
  watcher = child;
}

async function try_(block: Block): Promise<void> {
  if (block.language === "console") return tryConsole(block);
  if (block.language === "bash") {
    startBash(block);
    await expect.poll(() => watched, { timeout: 30_000 }).not.toBe("");
    return;
  }
  // What the program prints meanwhile.
  await expect.poll(() => watched, { timeout: 60_000 }).toMatch(patternOf(here(block.text.trim())));
}

const shown = await Promise.all(
  files.map(async (file) => {
    const blocks = blocksOf(await readFile(join(root, file), "utf8"));
    const program = blocks.findIndex(({ language }) => language === "bash");
    return blocks
      .filter(
        ({ language }, place) =>
          ["console", "bash"].includes(language) ||
          (language === "json" && program >= 0 && place > program),
      )
      .map((block) => ({ name: `${file}:${block.line}`, block }));
  }),
);

describe("the READMEs show what happens", () => {
  test.each(shown.flat())("$name", ({ block }) => try_(block), 120_000);

  test("in no block of theirs that is not tried", async () => {
    const { stdout } = await run("git", ["ls-files", "*README.md"], { cwd: root });
    const others = stdout.split("\n").filter((file) => file !== "" && !files.includes(file));
    const untried = await Promise.all(
      others.map(async (file) =>
        blocksOf(await readFile(join(root, file), "utf8"))
          .filter(({ language }) => ["console", "bash"].includes(language))
          .map(({ line }) => `${file}:${line}`),
      ),
    );
    expect(untried.flat()).toEqual([]);
  });
});
