import { execFile, spawn, type ChildProcess } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { freePorts, launch, type Launched, type Ports } from "../support/launcher.ts";
import { blocksOf, commandsOf, patternOf } from "../support/markdown.ts";
import { readmes } from "../support/readmes.ts";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";

const run = promisify(execFile);

/** Those whose commands are run, in this order: later ones break what earlier ones show. */
const files = [
  "README.md",
  "src/callers/README.md",
  "src/oauth/README.md",
  "src/connection/README.md",
  "src/routes/README.md",
  "src/platform/README.md",
  "src/config/README.md",
  "test/sandbox/README.md",
];

let state: string;
let ports: Ports;
let started: Launched;
/** The program of a `bash` block, which runs until the end, and what it has printed. */
let program: ChildProcess | undefined;
let printed = "";

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
  program?.kill("SIGKILL");
  started.end();
  await rm(state, { recursive: true, force: true });
});

/** A text of a README as it is here, where ports and folders are others. */
function here(text: string): string {
  const moved: Record<string, number> = {
    "8787": ports.worker,
    "8788": ports.sandbox,
    "8789": ports.sandboxHttps,
    "8790": ports.workerHttps,
  };
  return text
    .replaceAll(/\b87(?:8[789]|90)\b/g, (port) => String(moved[port]))
    .replaceAll(".wrangler/", `${relative(projectRoot, state)}/`);
}

/** One thing to try. */
interface Step {
  name: string;
  /** Does it. @returns reads what it has printed so far */
  start: () => Promise<() => string>;
  /** What the README shows of that. */
  shown: string;
}

async function runCommand(command: string): Promise<() => string> {
  if (command.endsWith("npm start")) return started.output;
  const { stdout } = await run("bash", ["-ec", here(command)], { cwd: projectRoot });
  return () => stdout;
}

async function startProgram(text: string): Promise<() => string> {
  program = spawn("bash", ["-ec", `exec ${here(text)}`], { cwd: projectRoot });
  program.stdout?.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  return () => printed;
}

/** The steps of one README, in its order. The `json` below a program is what that prints meanwhile. */
function stepsOf(file: string, markdown: string): Step[] {
  let running = false;
  return blocksOf(markdown).flatMap(({ language, text, line }): Step[] => {
    const name = `${file}:${line}`;
    if (language === "console") {
      return commandsOf(text).map(({ command, shown }) => ({
        name: `${name} ${command}`,
        start: () => runCommand(command),
        shown,
      }));
    }
    if (language === "bash") {
      running = true;
      return [{ name, start: () => startProgram(text), shown: "\n" }];
    }
    return running && language === "json"
      ? [{ name, start: async () => () => printed, shown: text.trim() }]
      : [];
  });
}

const textOf = (file: string): string => readmes.get(file) ?? "";

describe("the READMEs show what happens", () => {
  test.each(files.flatMap((file) => stepsOf(file, textOf(file))))(
    "$name",
    async ({ start, shown }) => {
      const seen = await start();
      await expect.poll(seen, { timeout: 60_000 }).toMatch(patternOf(here(shown)));
      // A command of which nothing is shown works all the same.
      expect(shown === "" && seen().includes('"success":false')).toBe(false);
    },
    120_000,
  );

  test("in every console and bash block there is", () => {
    const tried = files.flatMap((file) => stepsOf(file, textOf(file)));
    const untried = [...readmes].flatMap(([file, markdown]) =>
      blocksOf(markdown)
        // The one of the example is held to its program in `e2e/example`.
        .filter(
          ({ language, info }) => ["console", "bash"].includes(language) && info !== "example",
        )
        .map(({ line }) => `${file}:${line}`)
        .filter((block) => !tried.some(({ name }) => name.split(" ", 1)[0] === block)),
    );
    expect(untried).toEqual([]);
  });
});
