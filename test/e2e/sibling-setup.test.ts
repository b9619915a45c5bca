import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { whenReady } from "../sandbox/start/readiness.ts";
import { freePorts, membersOf } from "../support/launcher.ts";
import { blocksOf } from "../support/markdown.ts";
import { onEnd } from "../support/on-end.ts";
import { copyProject, type ProjectCopy } from "../support/project-copy.ts";
import { textOfFile, projectRoot } from "../support/source-files.ts";

/** Another project beside a clone of this one, set up for two Workers as the README of rpc says. */

const run = promisify(execFile);
/** Milliseconds, on a machine that may be busy. */
const patience = 60_000;

const blocks = blocksOf(textOfFile("src/rpc/README.md"));
const block = (language: string, info: string): string => {
  const found = blocks.find((one) => one.language === language && one.info === info);
  if (found === undefined) throw new Error(`src/rpc/README.md has no block ${language} ${info}`);
  return found.text;
};

let azure: ProjectCopy;
let crm: string;
let sandbox: SandboxServer;
let url: string;
let dev: ChildProcess | undefined;
const environment = {
  ...process.env,
  PATH: [join(projectRoot, "node_modules/.bin"), process.env["PATH"]].join(delimiter),
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
  CI: "true",
};

/** The README's text for the ports and the folder of this test. */
const here = (text: string): string =>
  text
    .replaceAll("http://localhost:8787", url)
    .replaceAll("http://localhost:8788", sandbox.url)
    .replaceAll("../azure", azure.folder);

/** Replaces what must be there. */
function replaced(text: string, before: RegExp, after: string): string {
  if (!before.test(text)) throw new Error(`no ${before} in wrangler.jsonc`);
  return text.replace(before, () => after);
}

const killGroup = () => {
  for (const { pid } of membersOf(dev?.pid ?? 0)) process.kill(pid, "SIGKILL");
};

beforeAll(async () => {
  azure = await copyProject();
  crm = await mkdtemp(join(tmpdir(), "azure-crm-"));
  const { worker } = await freePorts();
  url = `http://localhost:${worker}`;
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });

  const azureConfig = join(azure.folder, "wrangler.jsonc");
  const listed = replaced(
    await readFile(azureConfig, "utf8"),
    /"vars": \{[^}]*\},\s*"secrets": \{[^}]*\},\n/,
    block("jsonc", "setup"),
  );
  await writeFile(azureConfig, listed);
  await writeFile(join(azure.folder, ".dev.vars"), here(block("sh", "dev-vars")));

  for (const part of ["worker", "page", "wrangler.jsonc"]) {
    await cp(join(projectRoot, "test/example", part), join(crm, part), { recursive: true });
  }
  await symlink(join(projectRoot, "node_modules"), join(crm, "node_modules"));
  // In place of the package, which is not built here; `e2e/package` installs that.
  await writeFile(
    join(crm, "tsconfig.json"),
    JSON.stringify({ extends: `${projectRoot}tsconfig.json` }),
  );
  const secret = /whsec_[^"]+/.exec(block("sh", "dev-vars"))?.[0] ?? "";
  const endpoints = `GRAPH_ENDPOINT=${sandbox.url}/graph\nARM_ENDPOINT=${sandbox.url}/arm\n`;
  await writeFile(join(crm, ".dev.vars"), `${endpoints}WEBHOOK_SECRET=${secret}\n`);

  const [migrate = "", develop = ""] = here(block("sh", "setup")).trim().split("\n");
  await run("sh", ["-c", migrate], { cwd: crm, env: environment });
  dev = spawn("sh", ["-c", `${develop} --port ${worker} --inspector-port 0`], {
    cwd: crm,
    env: environment,
    detached: true,
    stdio: "ignore",
  });
  void once(dev, "close").then(onEnd(killGroup));
  const readiness = await whenReady(url, patience);
  if (!readiness.ready) throw new Error(readiness.reason);
});

afterAll(async () => {
  killGroup();
  await sandbox.close();
  await azure.remove();
  await rm(crm, { recursive: true, force: true });
});

/** What a route of the application answers. */
async function listed(path: string): Promise<unknown> {
  return (await fetch(`${url}${path}`)).json();
}

test("signs its user in over the port of the application, and calls Microsoft as the user", async () => {
  const session = await fetch(`${url}/session`, { method: "POST" });
  const { token } = (await session.json()) as { token: string };
  const headers = { authorization: `Bearer ${token}` };
  const returnUrl = encodeURIComponent(`${url}/connected`);
  const start = await fetch(`${url}/connect?binding=confirm&return_url=${returnUrl}`, { headers });
  const { auth_url: authUrl } = (await start.json()) as { auth_url: string };
  const signIn = `${authUrl}&sandbox_account=ada@contoso.example&sandbox_decision=approve`;
  const back = await fetch(signIn, { redirect: "manual" });
  const callback = back.headers.get("location") ?? "";
  expect(callback).toMatch(new RegExp(`^${url}/callback\\?`));
  const returned = await fetch(callback, { redirect: "manual" });
  const flow = new URL(returned.headers.get("location") ?? url).searchParams.get("flow");
  const confirmed = await fetch(`${url}/connections/user:demo/confirm`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/json" },
    body: JSON.stringify({ flow }),
  });
  expect(await confirmed.json()).toMatchObject({ data: { status: "active" } });
  expect(await listed("/inbox")).toMatchObject({ value: [{}, {}, {}, {}, {}] });
  expect(await listed("/groups")).toMatchObject({
    value: expect.arrayContaining([expect.objectContaining({ name: "contoso-production" })]),
  });
});

test("is in the directory, whose migrations went where the Workers keep their data", async () => {
  const headers = { authorization: "Bearer azk_dev_sandbox" };
  const all = () => fetch(`${url}/connections`, { headers }).then((answer) => answer.json());
  await expect
    .poll(all, { timeout: patience })
    .toMatchObject({ data: [{ id: "user:demo", status: "active" }] });
});

test("gets events by the webhook that its variables name", async () => {
  const revoked = { method: "POST", body: JSON.stringify({ user: "ada@contoso.example" }) };
  await fetch(`${sandbox.url}/_sandbox/revoke`, revoked);
  expect(await listed("/inbox")).toMatchObject({ error: { code: "action_required" } });
  await expect
    .poll(() => listed("/notes"), { timeout: patience })
    .toEqual({ value: [{ subject: expect.stringContaining(`${url}/reconnect?link=`) }] });
});
