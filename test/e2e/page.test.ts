import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AzureClient } from "../../src/client/index.ts";
import { startBrowser } from "../support/browser.ts";
import { startHostPage } from "../support/host-page.ts";
import { freePorts, launch, type Launched } from "../support/launcher.ts";
import { control } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";

/** A page of a host application in a real browser: it connects its user, and shows the connection. */

/** Milliseconds, on a machine that may be busy. */
const patience = 60_000;
const slow = { timeout: patience };

let state: string;
let started: Launched;
let host: { origin: string; close(): void } | undefined;
let browser: Browser;
let closeBrowser = async () => {};
let worker: string;
let sandbox: string;
let server: AzureClient;
const contexts: BrowserContext[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-page-"));
  const ports = await freePorts();
  worker = `http://localhost:${ports.worker}`;
  sandbox = `http://localhost:${ports.sandbox}`;
  started = launch(ports, state);
  host = await startHostPage();
  await started.ready();
  ({ browser, close: closeBrowser } = await startBrowser());
  server = new AzureClient({ baseUrl: worker, apiKey: "azk_dev_sandbox" });
});

afterEach(async () => {
  for (const context of contexts.splice(0)) await context.close();
});

afterAll(async () => {
  host?.close();
  started.end();
  await closeBrowser();
  await rm(state, { recursive: true, force: true });
});

/** A session that may do what the page does. */
const tokenOf = async (userId: string): Promise<string> =>
  (
    await server.createSession({
      userId,
      scopes: ["connections:read", "connections:write"],
    })
  ).data.token;

interface Opening {
  /** Instead of those that the users may have. */
  tokens?: readonly string[];
  /** Further parameters of the page's address. */
  more?: Record<string, string>;
  context?: BrowserContext;
}

async function newContext(): Promise<BrowserContext> {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience);
  contexts.push(context);
  return context;
}

/** The host's page, in a browser of its own unless another one is given. */
async function open(users: readonly string[], opening: Opening = {}): Promise<Page> {
  const context = opening.context ?? (await newContext());
  const page = await context.newPage();
  const tokens = opening.tokens ?? (await Promise.all(users.map(tokenOf)));
  const query = new URLSearchParams({
    worker,
    users: users.join(","),
    tokens: tokens.join(","),
    ...opening.more,
  });
  await page.goto(`${host?.origin}/?${query}`);
  return page;
}

/** Clicks, and gives the window that opens. */
async function clickConnect(page: Page): Promise<Page> {
  const [popup] = await Promise.all([
    page.waitForEvent("popup"),
    page.getByRole("button", { name: "Connect" }).click(),
  ]);
  return popup;
}

const choose = (popup: Page, name: string) => popup.getByRole("button", { name }).click();
/** The last click of a sign-in, which may close the window before it is answered. */
const decide = async (popup: Page, decision: "Accept" | "Cancel"): Promise<void> => {
  const closed = popup.isClosed() ? Promise.resolve() : popup.waitForEvent("close");
  await popup.getByRole("button", { name: decision }).click({ noWaitAfter: true });
  await closed;
};

async function signInAs(popup: Page, name: string): Promise<void> {
  await choose(popup, name);
  await decide(popup, "Accept");
}

const textOf = (page: Page, id: string) => () => page.textContent(`#${id}`);
const outcomesOf = async (page: Page) => ((await page.textContent("#outcomes")) ?? "").split("\n");

const infoOf = async (userId: string) => (await server.connection({ userId }).info()).data;
const statusOf = (userId: string) =>
  infoOf(userId).then(
    ({ status }) => status,
    (error: { code: string }) => error.code,
  );

describe("connecting in a popup", () => {
  it("opens it in the click, closes it after the sign-in, and has the connection", async () => {
    const page = await open(["popup-one"]);
    await expect.poll(textOf(page, "shown"), slow).toBe("ended - -");
    const popup = await clickConnect(page);
    await signInAs(popup, "Ada Lovelace (ada@contoso.example)");
    await expect
      .poll(textOf(page, "outcomes"), slow)
      .toBe("user:popup-one active ada@contoso.example");
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    expect((await infoOf("popup-one")).identity?.upn).toBe("ada@contoso.example");
    expect(page.context().pages()).toEqual([page]);
  });

  it("sets no cookie at the Worker, and leaves no flow in an address", async () => {
    const page = await open(["popup-cookie"]);
    const addresses: string[] = [];
    page.context().on("request", (request) => addresses.push(request.url()));
    const popup = await clickConnect(page);
    await signInAs(popup, "Ada Lovelace");
    await expect.poll(textOf(page, "outcomes"), slow).toContain("active");
    expect((await page.context().cookies()).filter(({ name }) => /azure/.test(name))).toEqual([]);
    const returned = addresses.filter((url) => url.includes("flow="));
    expect(returned).toHaveLength(1);
    // The script that the return page loads could not read it from its referrer either.
    expect(new URL(returned[0] ?? "").pathname).toBe("/connected");
  });

  it("works where Microsoft's pages cut the window off from the page that opened it", async () => {
    const context = await newContext();
    await context.route(`${sandbox}/**`, async (route) => {
      const response = await route.fetch({ maxRedirects: 0 });
      const headers = { ...response.headers(), "cross-origin-opener-policy": "same-origin" };
      await route.fulfill({ response, headers });
    });
    // A headless browser says of all its windows that they have the keyboard. Here the popup has it.
    await context.addInitScript("document.hasFocus = () => false");
    const page = await open(["popup-severed"], { context });
    const popup = await clickConnect(page);
    await choose(popup, "Ada Lovelace");
    expect(await popup.evaluate("window.opener")).toBeNull();
    await popup.getByRole("button", { name: "Accept" }).click({ noWaitAfter: true });
    await expect
      .poll(textOf(page, "outcomes"), slow)
      .toBe("user:popup-severed active ada@contoso.example");
    // The page in it may still close it; the one that opened it no longer can.
    await expect.poll(() => popup.isClosed(), slow).toBe(true);
  });

  it("says that the browser opens no windows, and has started nothing", async () => {
    const strict = await startBrowser({ popups: false });
    try {
      const page = await open(["popup-blocked"], { context: await strict.browser.newContext() });
      await page.getByRole("button", { name: "Connect" }).click();
      await expect.poll(textOf(page, "outcomes"), slow).toBe("popup_blocked");
      expect(await statusOf("popup-blocked")).toBe("not_found");
    } finally {
      await strict.close();
    }
  });

  it("ends when the person closes the window", async () => {
    const page = await open(["popup-closed"]);
    const popup = await clickConnect(page);
    await popup.getByRole("button", { name: "Ada Lovelace" }).waitFor();
    await popup.close();
    await expect.poll(textOf(page, "outcomes"), slow).toBe("window_closed");
    expect(await statusOf("popup-closed")).toBe("pending");
  });

  it("ends when the person declines, and can be begun again", async () => {
    const page = await open(["popup-declined"]);
    const declined = await clickConnect(page);
    await choose(declined, "Grace Hopper");
    await decide(declined, "Cancel");
    await expect.poll(textOf(page, "outcomes"), slow).toBe("access_denied");
    const again = await clickConnect(page);
    await choose(again, "Grace Hopper");
    await decide(again, "Accept");
    await expect
      .poll(() => outcomesOf(page), slow)
      .toEqual(["access_denied", "user:popup-declined active grace@contoso.example"]);
  });

  it("says why another account than the connected one is not taken", async () => {
    await signIn(worker, { userId: "popup-other" });
    const page = await open(["popup-other"], { more: { login_hint: "grace@contoso.example" } });
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    await decide(await clickConnect(page), "Accept");
    await expect.poll(textOf(page, "outcomes"), slow).toBe("different_account");
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
  });

  it("keeps two popups at once apart, in one page and in two", async () => {
    const context = await newContext();
    const pages = [
      await open(["popup-left"], { context }),
      await open(["popup-right"], { context }),
    ];
    const popups: Page[] = [];
    for (const page of pages) popups.push(await clickConnect(page));
    const [left, right] = popups;
    const [leftPage, rightPage] = pages;
    if (!left || !right || !leftPage || !rightPage) throw new Error("no popup");
    const second = await clickConnect(rightPage);
    await signInAs(second, "Grace Hopper");
    await expect
      .poll(textOf(rightPage, "outcomes"), slow)
      .toBe("user:popup-right active grace@contoso.example");
    await signInAs(left, "Ada Lovelace");
    await expect
      .poll(textOf(leftPage, "outcomes"), slow)
      .toBe("user:popup-left active ada@contoso.example");
    expect(right.isClosed()).toBe(false);
    await signInAs(right, "Grace Hopper");
    await expect.poll(() => outcomesOf(rightPage), slow).toHaveLength(2);
    expect((await infoOf("popup-left")).identity?.upn).toBe("ada@contoso.example");
    expect((await infoOf("popup-right")).identity?.upn).toBe("grace@contoso.example");
  });

  it("connects nobody in a browser where no page waits for the sign-in", async () => {
    const page = await open(["popup-forwarded"]);
    const popup = await clickConnect(page);
    await popup.getByRole("button", { name: "Ada Lovelace" }).waitFor();
    const victim = await (await newContext()).newPage();
    await victim.goto(popup.url());
    await choose(victim, "Ada Lovelace");
    await victim.getByRole("button", { name: "Accept" }).click();
    await expect.poll(() => victim.textContent("body"), slow).toBe("nobody_waits");
    expect(new URL(victim.url()).search).toBe("");
    expect(await statusOf("popup-forwarded")).toBe("pending");
  });
});

describe("useConnection", () => {
  const refresh = (userId: string) =>
    server
      .connection({ userId })
      .refresh()
      .catch(() => undefined);

  it("shows the status as it is, what mends it when it breaks, and that it was mended", async () => {
    await signIn(worker, { userId: "shown-live" });
    const page = await open(["shown-live"]);
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    await control({ url: sandbox }, "revoke", { user: "ada@contoso.example" });
    await refresh("shown-live");
    await expect.poll(textOf(page, "shown"), slow).toBe("live action_required ada@contoso.example");
    await expect.poll(textOf(page, "remedy"), slow).toBe("sign_in");
    // Microsoft's page knows which account it is about.
    await decide(await clickConnect(page), "Accept");
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    await expect.poll(textOf(page, "remedy"), slow).toBe("-");
  });

  it("follows the identity of one that is connected elsewhere, and ends when it is disconnected", async () => {
    await fetch(`${worker}/connect?user_id=shown-elsewhere`, { redirect: "manual" });
    const page = await open(["shown-elsewhere"]);
    await expect.poll(textOf(page, "shown"), slow).toBe("live pending -");
    await signIn(worker, { userId: "shown-elsewhere", account: "grace@contoso.example" });
    await expect.poll(textOf(page, "shown"), slow).toBe("live active grace@contoso.example");
    await server.connection({ userId: "shown-elsewhere" }).disconnect();
    await expect.poll(textOf(page, "shown"), slow).toBe("ended disconnected -");
  });

  it("opens one socket under StrictMode, keeps it over renders, and closes it at the end", async () => {
    await signIn(worker, { userId: "shown-strict" });
    const page = await open(["shown-strict"], { more: { mounted: "no" } });
    let opened = 0;
    let closed = 0;
    page.on("websocket", (socket) => {
      opened += 1;
      socket.on("close", () => (closed += 1));
    });
    const mount = page.getByRole("button", { name: "Mount" });
    await mount.click();
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    const identities = async () => (await page.textContent("#renders"))?.split(" ")[1];
    await page.getByRole("button", { name: "Render" }).click();
    const before = await identities();
    for (let time = 0; time < 3; time += 1) {
      await page.getByRole("button", { name: "Render" }).click();
    }
    expect(await identities()).toBe(before);
    expect([opened, closed]).toEqual([1, 0]);
    await mount.click();
    await expect.poll(() => closed, slow).toBe(1);
    await mount.click();
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    expect([opened, closed]).toEqual([2, 1]);
  });

  it("leaves one user for the next, of whom it shows nothing before it knows it", async () => {
    await signIn(worker, { userId: "shown-first" });
    await signIn(worker, { userId: "shown-second", account: "grace@contoso.example" });
    const page = await open(["shown-first", "shown-second"]);
    const sockets: { url: string; open: boolean }[] = [];
    page.on("websocket", (socket) => {
      const one = { url: socket.url(), open: true };
      sockets.push(one);
      socket.on("close", () => (one.open = false));
    });
    await expect.poll(textOf(page, "shown"), slow).toBe("live active ada@contoso.example");
    await page.evaluate(`
      globalThis.seen = [];
      new MutationObserver(() => seen.push(document.querySelector("#shown").textContent))
        .observe(document.querySelector("#shown"), { characterData: true, subtree: true, childList: true })`);
    await page.getByRole("button", { name: "Next user" }).click();
    await expect.poll(textOf(page, "shown"), slow).toBe("live active grace@contoso.example");
    expect(await page.evaluate("seen[0]")).toBe("connecting - -");
    await expect.poll(() => sockets.filter(({ open }) => open).length).toBe(1);
    expect(sockets.at(-1)).toMatchObject({ open: true, url: expect.stringContaining("second") });
  });

  it("says why a connection cannot be followed", async () => {
    const page = await open(["shown-refused"], { tokens: ["nonsense"] });
    await expect.poll(textOf(page, "shown"), slow).toBe("ended - -");
    await expect.poll(textOf(page, "error"), slow).toContain("credential");
  });
});
