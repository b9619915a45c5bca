import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBrowser } from "../support/browser.ts";
import { areFree, freePorts, launch, type Launched, type Ports } from "../support/launcher.ts";
import { blocksOf, commandsOf } from "../support/markdown.ts";
import { control } from "../support/sandbox-control.ts";
import { projectRoot, textOfFile } from "../support/source-files.ts";

/** The example as a reader runs it: `npm run example`, and a browser. Its tests follow each other. */

/** Milliseconds, on a machine that may be busy. */
const patience = 60_000;
const slow = { timeout: patience };

let state: string;
let ports: Ports;
let started: Launched;
let closeBrowser = async () => {};
let url: string;
let sandbox: { url: string };
let page: Page;

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-example-"));
  ports = await freePorts();
  url = `http://localhost:${ports.worker}`;
  sandbox = { url: `http://localhost:${ports.sandbox}` };
  started = launch(ports, state, { script: "example" });
  await started.ready();
  const { browser, close } = await startBrowser();
  closeBrowser = close;
  page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.goto(url);
});

afterAll(async () => {
  started.end();
  await closeBrowser();
  await rm(state, { recursive: true, force: true });
});

const status = () => page.textContent("output");
const remedy = () => page.textContent("a");
const lines = (id: string) => async () => ((await page.textContent(`#${id}`)) ?? "").split("\n");

test("prints what its README shows", () => {
  const block = blocksOf(textOfFile("test/example/README.md")).find(
    (one) => one.info === "example",
  );
  const [{ shown = "" } = {}] = commandsOf(block?.text ?? "");
  expect(shown).toContain("Ctrl-C");
  const folder = relative(projectRoot, state);
  const here = shown
    .replaceAll("http://localhost:8787", url)
    .replaceAll("http://localhost:8788", sandbox.url)
    .replace(".wrangler", folder);
  expect(started.output()).toContain(here);
});

test("says that nothing is connected yet", async () => {
  await expect.poll(status, slow).toBe("disconnected");
  await expect.poll(lines("inbox"), slow).toEqual(["There is no such connection."]);
});

test("connects by its button, and shows mail and resource groups as the user", async () => {
  const [popup] = await Promise.all([page.waitForEvent("popup"), page.getByRole("button").click()]);
  await popup.getByRole("button", { name: "Ada Lovelace" }).click();
  const closed = popup.waitForEvent("close");
  await popup.getByRole("button", { name: "Accept" }).click({ noWaitAfter: true });
  await closed;
  await expect.poll(status, slow).toBe("active");
  await expect.poll(lines("inbox"), slow).toHaveLength(5);
  expect(await lines("inbox")()).toContain("Release notes 1");
  await expect.poll(lines("groups"), slow).toContain("contoso-production");
});

/** What the example keeps for its user: the digest, and what a webhook said. */
async function notes(): Promise<string[]> {
  const response = await fetch(`${url}/notes`);
  const { value } = (await response.json()) as { value: { subject: string }[] };
  return value.map(({ subject }) => subject);
}

test("writes a digest of all unread mail when its cron fires", async () => {
  expect((await fetch(`${url}/cdn-cgi/handler/scheduled`)).status).toBe(200);
  const [digest = ""] = await notes();
  const [, count, subjects = ""] = /^(\d+) unread: (.*)$/.exec(digest) ?? [];
  expect(Number(count)).toBeGreaterThan(10);
  expect(subjects.split(", ")).toHaveLength(Number(count));
});

test("shows at once that Microsoft wants a new sign-in, and is told so by the webhook", async () => {
  await control(sandbox, "revoke", { user: "ada@contoso.example" });
  await page.evaluate("fetch('/inbox')");
  await expect.poll(status, slow).toBe("action_required");
  expect(await remedy()).toContain("The sign-in was revoked");
  await expect
    .poll(notes, slow)
    .toEqual([
      expect.stringMatching(new RegExp(`^The sign-in was revoked.* ${url}/reconnect\\?link=`)),
    ]);
  await expect
    .poll(lines("inbox"), slow)
    .toEqual([expect.stringContaining("The sign-in was revoked")]);
  await expect.poll(lines("notes"), slow).toEqual([expect.stringContaining("/reconnect?link=")]);
});

test("is healed by the reconnect link, and the page sees it", async () => {
  const [link] = await Promise.all([page.waitForEvent("popup"), page.getByRole("link").click()]);
  await link.getByRole("button", { name: "Continue to Microsoft" }).click();
  await expect
    .poll(() => link.getByRole("heading", { level: 1 }).textContent(), slow)
    .toBe("You are connected");
  await expect.poll(status, slow).toBe("active");
  await expect.poll(remedy, slow).toBe("");
  await expect.poll(lines("inbox"), slow).toContain("Release notes 1");
  await expect.poll(lines("notes"), slow).toEqual([""]);
});

test("believes no webhook that is not signed, and serves nobody else's routes", async () => {
  const forged = { method: "POST", body: '{"type":"connection.action_required"}' };
  expect((await fetch(`${url}/webhook`, forged)).status).toBe(401);
  expect((await fetch(`${url}/mail?user_id=demo`)).status).toBe(404);
});

test("ends by Ctrl-C, and leaves neither a process nor a port", async () => {
  started.interrupt();
  await started.exited;
  await expect.poll(() => started.members(), slow).toEqual([]);
  expect(await areFree(ports)).toBe(true);
});

test("starts again with the connection, and leaves nothing when it is killed", async () => {
  started = launch(ports, state, { script: "example" });
  await started.ready();
  expect(await (await fetch(`${url}/inbox`)).json()).toMatchObject({ value: [{}, {}, {}, {}, {}] });
  started.kill(/^\S*node\S* .*start\.ts/);
  await started.exited;
  await expect.poll(() => started.members(), slow).toEqual([]);
  expect(await areFree(ports)).toBe(true);
});
