import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import { startBrowser } from "../support/browser.ts";
import { freePorts, launch, type Launched } from "../support/launcher.ts";
import { control } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { startWebhookReceiver, type WebhookReceiver } from "../support/webhook-receiver.ts";

/** A user who got the link of a webhook in a mail, and has a browser and nothing else. */

const patience = 120_000;
const host = "https://app.example/accounts";
const user = "ada@contoso.example";

let state: string;
let started: Launched;
let receiver: WebhookReceiver;
let browser: Browser;
let closeBrowser = async () => {};
let worker: string;
let sandbox: string;
const told: ConnectionEvent[] = [];

beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), "azure-reconnect-"));
  receiver = await startWebhookReceiver({
    received: (event) => told.push(event),
    take: () => ({ status: 204, delay: 0 }),
  });
  process.env["WEBHOOKS"] = receiver.variable;
  process.env["CONNECT_PAGE_URL"] = host;
  const ports = await freePorts();
  worker = `http://localhost:${ports.worker}`;
  sandbox = `http://localhost:${ports.sandbox}`;
  started = launch(ports, state);
  await started.ready();
  ({ browser, close: closeBrowser } = await startBrowser());
});

afterAll(async () => {
  delete process.env["WEBHOOKS"];
  delete process.env["CONNECT_PAGE_URL"];
  started.end();
  await closeBrowser();
  await receiver.close();
  await rm(state, { recursive: true, force: true });
});

const key = { authorization: "Bearer azk_dev_sandbox" };
const ask = async (path: string, init: RequestInit = {}) => {
  const response = await fetch(`${worker}${path}`, { headers: key, ...init });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};

const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string) => page.getByRole("button", { name });

/** A page of a browser nobody has used before. */
async function newPage(): Promise<Page> {
  const context = await browser.newContext();
  context.setDefaultTimeout(patience / 2);
  return context.newPage();
}

let userId: string;
let link: string;
/** A connection whose grant Microsoft has revoked, and the link that a webhook told. */
beforeEach(async () => {
  userId = `mailed-${crypto.randomUUID()}`;
  await signIn(worker, { userId });
  await control({ url: sandbox }, "revoke", { user });
  await ask(`/user?user_id=${userId}`);
  const isOurs = ({ connection, type }: ConnectionEvent) =>
    connection === `user:${userId}` && type === "connection.action_required";
  const event = await vi.waitUntil(() => told.find(isOurs), { timeout: patience / 2 });
  link = event?.type === "connection.action_required" ? (event.data.remedy.connect_url ?? "") : "";
});

/** Presses the button of the link. Microsoft knows by its hint who is meant, and asks nothing more. */
async function press(page: Page): Promise<number | undefined> {
  const returned = page.waitForResponse((answer) => answer.url().startsWith(`${worker}/callback`));
  await button(page, "Continue to Microsoft").click();
  return (await returned).status();
}

/** At Microsoft's page the person chooses another account than the one that is meant. */
const chooseAnother = (page: Page, account: string) =>
  page.route(link, async (route) => {
    if (route.request().method() !== "POST") return route.continue();
    // What a browser adds on the wire is not among the headers that are repeated here.
    const sent = { ...route.request().headers(), "sec-fetch-site": "same-origin" };
    const response = await route.fetch({ maxRedirects: 0, headers: sent });
    const authorize = new URL(response.headers()["location"] ?? "");
    authorize.searchParams.set("sandbox_account", account);
    authorize.searchParams.set("sandbox_decision", "approve");
    return route.fulfill({
      response,
      headers: { ...response.headers(), location: authorize.href },
    });
  });

describe("the link of a webhook, in a browser", () => {
  it("heals the connection it is about, after a button was pressed", async () => {
    const page = await newPage();
    const answer = await page.goto(link);
    expect(await answer?.headerValue("referrer-policy")).toBe("no-referrer");
    expect(receiver.faults).toEqual([]);
    expect(await heading(page).textContent()).toBe("Sign in with Microsoft again");
    const text = await page.textContent("main");
    expect(text).toContain("a•••@contoso.example");
    expect(text).not.toContain(userId);
    expect(await press(page)).toBe(200);
    expect(await heading(page).textContent()).toBe("You are connected");
    expect(await ask(`/user?user_id=${userId}`)).toMatchObject({ status: 200 });
    await page.goto(link);
    expect(await heading(page).textContent()).toBe("Nothing has to be done");
    expect(await page.textContent("body")).not.toContain("contoso");
    await page.context().close();
  });

  it("is refused to another account of the same organization, and nothing is changed", async () => {
    const page = await newPage();
    await chooseAnother(page, "grace@contoso.example");
    await page.goto(link);
    expect(await press(page)).toBe(409);
    expect(await page.textContent("main")).toContain("another one signed in");
    expect(await ask(`/connections/user:${userId}`)).toMatchObject({
      body: { data: { status: "action_required", identity: { upn: user } } },
    });
    await page.context().close();
  });

  it("is 404 once the connection was disconnected, and names the page of the application", async () => {
    await ask(`/connections/user:${userId}`, { method: "DELETE", headers: key });
    const page = await newPage();
    expect((await page.goto(link))?.status()).toBe(404);
    expect(await page.getByRole("link").getAttribute("href")).toBe(host);
    expect(await ask(`/user?user_id=${userId}`)).toMatchObject({
      body: { remedy: { connect_url: host } },
    });
    await page.context().close();
  });

  it("says of an altered link that it cannot be used", async () => {
    const page = await newPage();
    expect((await page.goto(`${link.slice(0, -6)}AAAAAA`))?.status()).toBe(400);
    expect(await heading(page).textContent()).toBe("This link cannot be used");
    await page.context().close();
  });
});

describe("a page of another site", () => {
  /** A page at another origin, with this content. */
  async function foreignPage(content: string): Promise<Page> {
    const page = await newPage();
    await page.route("http://evil.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: content }),
    );
    await page.goto("http://evil.example/");
    return page;
  }

  it("cannot press the button of a link that it knows", async () => {
    const page = await foreignPage(
      `<form method="post" action="${link}"><button>Win a prize</button></form>`,
    );
    const answered = page.waitForResponse((answer) => answer.url() === link);
    await button(page, "Win a prize").click();
    expect((await answered).status()).toBe(403);
    expect(await heading(page).textContent()).toBe("Nothing was begun");
    await page.context().close();
  });

  it("cannot show the page in a frame, under something else to press", async () => {
    const page = await foreignPage(`<iframe src="${link}"></iframe>`);
    const frame = page.frames().find((one) => one !== page.mainFrame());
    await expect.poll(() => frame?.url()).toContain("chrome-error:");
    await page.context().close();
  });
});
