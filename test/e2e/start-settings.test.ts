import { appendFile, copyFile, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { listenLocally } from "../sandbox/loopback.ts";
import { areFree, freePorts, launch, type Launched, type Ports } from "../support/launcher.ts";
import { copyProject, type ProjectCopy } from "../support/project-copy.ts";
import { projectRoot } from "../support/source-files.ts";

let project: ProjectCopy;
beforeAll(async () => {
  project = await copyProject();
});
afterAll(() => project.remove());

let state: string;
let ports: Ports;
let started: Launched | undefined;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-start-"));
  ports = await freePorts();
});
afterEach(async () => {
  started?.end();
  await started?.exited;
  await rm(state, { recursive: true, force: true });
  await rm(join(project.folder, ".dev.vars"), { force: true });
  await copyFile(join(projectRoot, "src/index.ts"), join(project.folder, "src/index.ts"));
});

const devVars = (text: string) => writeFile(join(project.folder, ".dev.vars"), text);

/** `npm start` in the copy, which is expected to end by itself. */
async function refused(environment: Record<string, string> = {}): Promise<string> {
  started = launch(ports, state, { project: project.folder, environment });
  expect(await started.exited).toBe(1);
  expect(started.members()).toEqual([]);
  return started.output();
}

describe("npm start passes variables on", () => {
  it("from the environment and from .dev.vars, of which the environment wins", async () => {
    await devVars(`
      AZURE_TENANT_ID=consumers
      ALLOWED_ORIGINS="https://app.example"
      AZURE_PUBLIC_ORIGIN=https://localhost:${ports.workerHttps}
    `);
    const environment = { AZURE_TENANT_ID: "organizations", ALLOWED_ORIGINS: "" };
    started = launch(ports, state, { project: project.folder, environment });
    await started.ready();
    expect(started.output()).toContain(
      "ALLOWED_ORIGINS from .dev.vars, AZURE_PUBLIC_ORIGIN from .dev.vars, AZURE_TENANT_ID from the environment",
    );
    const worker = `http://localhost:${ports.worker}`;
    const connect = await fetch(`${worker}/connect?user_id=demo`, { redirect: "manual" });
    expect(connect.headers.get("location")).toContain("/organizations/oauth2/v2.0/authorize");
    const page = await fetch(`${worker}/connections/user:demo`, {
      headers: { authorization: "Bearer azk_dev_sandbox", origin: "https://app.example" },
    });
    expect(page.headers.get("access-control-allow-origin")).toBe("https://app.example");
    const document = await (await fetch(`${worker}/openapi.json`)).json();
    expect(document).toMatchObject({
      servers: [{ url: `https://localhost:${ports.workerHttps}` }],
    });
    started.interrupt();
    await started.exited;
    await expect.poll(() => started?.members(), { timeout: 20_000 }).toEqual([]);
    expect(await areFree(ports)).toBe(true);
  });

  it("and ends with the name of one that is wrong, or of all that are missing", async () => {
    expect(await refused({ SESSION_SECRET: "short" })).toContain(
      "npm start: configuration error in SESSION_SECRET: SESSION_SECRET must have at least 32 bytes",
    );
    await devVars("AZURE_CLOUD=global\n");
    const missing = await refused();
    expect(missing).toContain("configuration error in AZURE_CLIENT_ID: AZURE_CLIENT_ID must be");
    expect(missing).toContain("Also missing: AZURE_CLIENT_SECRET.");
  });
});

describe("npm start ends at once, and says why", () => {
  it.each([
    ["worker", "for the Worker is already in use; free it or set PORT"],
    ["workerHttps", "for the Worker's https is already in use; free it or set PORT"],
    ["sandbox", "for the sandbox is already in use; free it or set SANDBOX_PORT"],
    ["sandboxHttps", "for the sandbox's https is already in use; free it or set SANDBOX_PORT"],
  ] as const)("when the port of %s is taken", async (name, words) => {
    const { servers } = await listenLocally(() => createServer(), ports[name]);
    expect(await refused()).toContain(`npm start: port ${ports[name]} ${words}`);
    for (const server of servers) server.close();
  });

  it("when the state folder cannot be written to", async () => {
    const file = join(state, "file");
    await writeFile(file, "");
    for (const folder of [file, join(file, "below")]) {
      expect(await refused({ STATE_DIRECTORY: folder })).toMatch(
        new RegExp(
          `npm start: the state folder ${folder} cannot be written to \\(E\\w+\\); set STATE_DIRECTORY`,
        ),
      );
    }
  });

  it("when another program holds the database", async () => {
    started = launch(ports, state, { project: project.folder });
    await started.ready();
    started.interrupt();
    await started.exited;
    const databases = join(state, "state/v3/d1/miniflare-D1DatabaseObject");
    const names = (await readdir(databases)).filter((name) => name.endsWith(".sqlite"));
    expect(names.length).toBeGreaterThan(0);
    const held = names.map((name) => new DatabaseSync(join(databases, name)));
    for (const database of held) database.exec("BEGIN EXCLUSIVE");
    expect(await refused()).toContain("cannot be brought up to date; end what else has it open");
    for (const database of held) database.close();
  });

  it.each([
    ["cannot be built", 'import "./nowhere.ts";', "npm start: the build failed", "./nowhere.ts"],
    ["cannot be read", "const broken = ;", "src/index.ts:", 'Unexpected ";"'],
    [
      "fails as it starts",
      'throw new Error("no start");',
      "npm start: the Worker does not start",
      "no start",
    ],
  ])("when the Worker %s", async (_, line, ...words) => {
    await appendFile(join(project.folder, "src/index.ts"), `${line}\n`);
    const output = await refused();
    for (const word of words) expect(output).toContain(word);
  });
});
