import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  api,
  developmentKey,
  patience,
  pending,
  startStage,
  type Stage,
} from "../console/stage.ts";
import { listenLocally } from "../sandbox/loopback.ts";
import { startAgent } from "../support/oauth-agent.ts";
import { signIn } from "../support/sign-in.ts";

/** An operator at work in the console, in a real browser. */

const slow = { timeout: patience };
let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(async () => {
  await stage?.close();
});

const at = (path: string) => `${stage.worker}${path}`;
const connection = (id: string) => at(`/console/connections/${encodeURIComponent(id)}`);
const heading = (page: Page) => page.getByRole("heading", { level: 1 });
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name });
const status = (page: Page) => page.locator(".title [role=status]");
const rows = (page: Page) => page.locator("table.list tbody tr");
const accounts = (page: Page) => page.locator("table.list tbody th a").allTextContents();

/** What the browser complains about: violations of the policy, failed loads, errors of the script. */
function complaints(page: Page): string[] {
  const said: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(String(error)));
  return said;
}

/** An agent's, whose name is markup. */
const grant = {
  id: "g1",
  client_id: "c1",
  client_name: `An agent"><img src=x onerror="window.hacked=1">`,
  client_domain: "agents.example",
  redirect_host: "127.0.0.1",
  scopes: ["connections:read", "graph:read"],
  created_at: new Date().toISOString(),
};

const newUser = (name: string): string => `${name}-${crypto.randomUUID().slice(0, 8)}`;

describe("signing in", () => {
  it("works by an API key, and ends by signing out", async () => {
    const page = await stage.newPage();
    const said = complaints(page);
    await page.goto(at("/console"));
    await page.getByLabel("API key").fill(developmentKey);
    await button(page, "Sign in with the key").click();
    await expect.poll(() => heading(page).textContent(), slow).toBe("Connections");
    const cookies = await page.context().cookies();
    const cookie = cookies.find(({ name }) => name === "__Host-azure_console");
    expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: "Strict", path: "/" });
    await page.reload();
    await expect.poll(() => heading(page).textContent(), slow).toBe("Connections");
    await button(page, "Sign out").click();
    await button(page, "Sign in with the key").waitFor();
    expect(await page.context().cookies()).toEqual([]);
    expect(said).toEqual([]);
  });

  it("says why a key is refused", async () => {
    const page = await stage.newPage();
    await page.goto(at("/console"));
    await page.getByLabel("API key").fill("azk_dev_wrong");
    await button(page, "Sign in with the key").click();
    await expect.poll(() => page.getByRole("alert").textContent(), slow).toContain("not valid");
  });

  it.each([
    ["Ada Lovelace", "ada@contoso.example", true],
    ["Grace Hopper", "grace@contoso.example", false],
  ])("works by the Microsoft account of %s, as far as its role goes", async (name, upn, admin) => {
    const userId = newUser("role");
    await signIn(stage.worker, { userId, account: "pat@outlook.example" });
    const page = await stage.newPage();
    const said = complaints(page);
    await page.goto(at("/console"));
    await button(page, "Sign in with Microsoft").click();
    await button(page, new RegExp(name)).click();
    await expect.poll(() => page.locator(".who span").textContent(), slow).toBe(upn);
    expect(new URL(page.url()).pathname).toBe("/console");
    await page.goto(connection(`user:${userId}`));
    await expect.poll(() => status(page).textContent(), slow).toBe("Active");
    expect(await button(page, "Disconnect…").count()).toBe(admin ? 1 : 0);
    expect(await button(page, "Renew a token now").count()).toBe(admin ? 1 : 0);
    await page.getByRole("link", { name: "Health" }).click();
    await page.getByText("Credentials of the application").waitFor();
    expect(said).toEqual([]);
  });

  it("is refused to an account without a role", async () => {
    const page = await stage.newPage();
    await page.goto(at("/console"));
    await button(page, "Sign in with Microsoft").click();
    await button(page, /Lin Lanying/).click();
    await expect.poll(() => page.textContent("main"), slow).toContain("Console.Read");
    await page.goto(at("/console"));
    await button(page, "Sign in with Microsoft").waitFor();
  });
});

it.each(["/console/connections/%zz", "/console/nowhere"])(
  "says that %s is no page",
  async (path) => {
    const page = await stage.signedIn();
    const said = complaints(page);
    await page.goto(at(path));
    await expect.poll(() => heading(page).textContent(), slow).toBe("No such page");
    expect(said).toEqual([]);
  },
);

describe("the list", () => {
  it("finds by name and id, filters, and keeps both in the address", async () => {
    const userId = newUser("search");
    await signIn(stage.worker, { userId, account: "alan@fabrikam.example" });
    await pending(stage.worker, [`${userId}-waits`]);
    const page = await stage.signedIn();
    const said = complaints(page);
    await page.getByLabel("Search").fill(userId.toUpperCase());
    await expect
      .poll(() => accounts(page), slow)
      .toEqual(["alan@fabrikam.example", `user:${userId}-waits`]);
    expect(new URL(page.url()).searchParams.get("search")).toBe(userId.toUpperCase());
    await page.getByLabel("Status").selectOption("Pending");
    await expect.poll(() => accounts(page), slow).toEqual([`user:${userId}-waits`]);
    const { href } = new URL(page.url());
    await page.reload();
    await expect.poll(() => accounts(page), slow).toEqual([`user:${userId}-waits`]);
    expect(await page.getByLabel("Status").inputValue()).toBe("pending");
    expect(await page.getByLabel("Search").inputValue()).toBe(userId.toUpperCase());
    await page.getByRole("link", { name: `user:${userId}-waits` }).click();
    await expect.poll(() => heading(page).textContent(), slow).toBe(`user:${userId}-waits`);
    await page.goBack();
    await expect.poll(() => accounts(page), slow).toEqual([`user:${userId}-waits`]);
    expect(page.url()).toBe(href);
    await page.getByLabel("Search").fill("% no_such %");
    await page.getByText("No connection is like this").waitFor();
    await page.getByRole("link", { name: "Show all" }).click();
    await expect.poll(() => page.getByLabel("Search").inputValue(), slow).toBe("");
    expect(said).toEqual([]);
  });

  it("pages over more than 250 connections, each of them once", async () => {
    const prefix = newUser("page");
    const users = Array.from({ length: 253 }, (_, index) => `${prefix}-${index}`);
    await pending(stage.worker, users);
    await expect
      .poll(async () => {
        const { data } = (await api(stage.worker, `/connections?search=${prefix}-252`)) as {
          data: unknown[];
        };
        return data.length;
      }, slow)
      .toBe(1);
    const page = await stage.signedIn();
    const said = complaints(page);
    await page.addInitScript(`
      new MutationObserver(() => {
        if (globalThis.painted || document.querySelectorAll("table.list tbody tr").length < 100) return;
        requestAnimationFrame(() => setTimeout(() => (globalThis.painted ??= performance.now())));
      }).observe(document, { childList: true, subtree: true })`);
    await page.goto(at(`/console?search=${prefix}`));
    const seen: string[] = [];
    for (const expected of [100, 100, 53]) {
      await expect.poll(() => rows(page).count(), slow).toBe(expected);
      await expect
        .poll(async () => seen.includes((await accounts(page))[0] ?? ""), slow)
        .toBe(false);
      seen.push(...(await accounts(page)));
      const next = page.getByRole("link", { name: "Next page" });
      if ((await next.count()) > 0) await next.click();
    }
    expect(new Set(seen)).toEqual(new Set(users.map((userId) => `user:${userId}`)));
    expect(await page.getByRole("link", { name: "Next page" }).count()).toBe(0);
    await page.goBack();
    await expect.poll(() => rows(page).count(), slow).toBe(100);
    await page.goto(at(`/console?search=${prefix}`));
    await expect.poll(() => page.evaluate("globalThis.painted ?? 0"), slow).toBeGreaterThan(0);
    const wait = await page.evaluate(
      `painted - performance.getEntriesByType("resource").find(({ name }) => name.includes("/connections?")).responseEnd`,
    );
    console.log(`100 of 253 connections: seen ${Math.round(Number(wait))} ms after they arrived`);
    expect(said).toEqual([]);
  });
});

describe("one connection", () => {
  it("turns red live when its grant is revoked, and green again by the reconnect link", async () => {
    const userId = newUser("live");
    const account = "alan@fabrikam.example";
    await signIn(stage.worker, { userId, account });
    const page = await stage.signedIn();
    const said = complaints(page);
    const list = await page.context().newPage();
    await list.goto(at(`/console?search=${userId}`));
    await expect.poll(() => rows(list).getAttribute("class"), slow).toBe("good");
    await page.goto(connection(`user:${userId}`));
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(() => status(page).textContent(), slow).toBe("Active");
    await stage.revoke(account, userId);
    await expect.poll(() => status(page).textContent(), slow).toBe("Action required");
    expect(await page.getByRole("alert").textContent()).toContain("Sign in again.");
    await expect.poll(() => rows(list).getAttribute("class"), slow).toBe("bad");
    expect(await rows(list).textContent()).toContain("Sign in again");
    const [link] = await Promise.all([
      page.context().waitForEvent("page"),
      page.getByRole("link", { name: "Open the reconnect link" }).click(),
    ]);
    await button(link, "Continue to Microsoft").click();
    await expect.poll(() => heading(link).textContent(), slow).toBe("You are connected");
    await expect.poll(() => status(page).textContent(), slow).toBe("Active");
    expect(await page.getByRole("alert").count()).toBe(0);
    await expect
      .poll(() => page.locator(".events b").allTextContents(), slow)
      .toEqual(["Connected", "Renewal failed", "Action required", "Connected", "Sign-in started"]);
    await expect.poll(() => rows(list).getAttribute("class"), slow).toBe("good");
    expect(said).toEqual([]);
  });

  it("shows identity, permissions, the life of its tokens and what it watches", async () => {
    const userId = newUser("whole");
    await signIn(stage.worker, { userId, account: "ada@contoso.example" });
    await api(stage.worker, `/connections/user:${userId}/watches`, {
      method: "POST",
      body: JSON.stringify({ resource: "me/messages", change_types: ["created"] }),
    });
    const page = await stage.signedIn();
    await page.goto(connection(`user:${userId}`));
    const section = (name: string) => page.getByRole("region", { name });
    await expect.poll(() => section("Identity").textContent(), slow).toContain("Ada Lovelace");
    expect(await section("Permissions").textContent()).toContain("Mail.Read");
    await expect.poll(() => section("Watches").textContent(), slow).toContain("me/messages");
    const tokens = section("Tokens");
    await expect.poll(() => tokens.locator("svg g").count(), slow).toBe(2);
    const generations = async () => /token (\d+)/g.exec((await tokens.textContent()) ?? "")?.[1];
    const before = await generations();
    await button(page, "Renew a token now").click();
    await expect.poll(() => tokens.textContent(), slow).toMatch(/token [3-9]/);
    expect(before).toBeDefined();
    await expect
      .poll(() => page.locator(".events b").first().textContent(), slow)
      .toBe("Token renewed");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name: "Export" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(`user-${userId}.jsonl`);
    expect(readFileSync(await download.path(), "utf8")).toContain('"token.refreshed"');
  });

  it("is disconnected only after a warning, by the keyboard alone", async () => {
    const userId = newUser("keys");
    await signIn(stage.worker, { userId, account: "pat@outlook.example" });
    const page = await stage.newPage();
    const said = complaints(page);
    await page.goto(at("/console"));
    await button(page, "Sign in with Microsoft").waitFor();
    const { keyboard } = page;
    /** Tab, until what has the keyboard is called so. */
    const tabTo = async (name: RegExp) => {
      for (let count = 0; count < 60; count += 1) {
        await keyboard.press("Tab");
        const focused: unknown = await page.evaluate(
          `document.activeElement.labels?.[0]?.innerText ?? document.activeElement.innerText`,
        );
        if (name.test(String(focused))) return;
      }
      throw new Error(`the keyboard does not reach ${name}`);
    };
    await tabTo(/^API key/);
    await keyboard.type(developmentKey);
    await keyboard.press("Enter");
    await expect.poll(() => heading(page).textContent(), slow).toBe("Connections");
    await tabTo(/^Search/);
    await keyboard.type(userId);
    await expect.poll(() => accounts(page), slow).toEqual(["pat@outlook.example"]);
    await tabTo(/^pat@outlook/);
    await keyboard.press("Enter");
    await expect.poll(() => status(page).textContent(), slow).toBe("Active");
    await tabTo(/^Disconnect…/);
    await keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Disconnect pat@outlook.example?" });
    await dialog.waitFor();
    expect(await dialog.textContent()).toContain("cannot be undone");
    expect(await page.evaluate("document.activeElement.innerText")).toBe("Cancel");
    await keyboard.press("Escape");
    await expect.poll(() => dialog.count(), slow).toBe(0);
    expect(await status(page).textContent()).toBe("Active");
    await tabTo(/^Disconnect…/);
    await keyboard.press("Enter");
    await dialog.waitFor();
    await tabTo(/^Disconnect$/);
    await keyboard.press("Enter");
    await expect.poll(() => status(page).textContent(), slow).toBe("Disconnected");
    expect(await button(page, "Disconnect…").count()).toBe(0);
    expect(await api(stage.worker, `/connections/user:${userId}`)).toMatchObject({
      data: { status: "disconnected" },
    });
    expect(said).toEqual([]);
  });

  it("is read as, by an administrator, with the permission that it took", async () => {
    const userId = newUser("runner");
    await signIn(stage.worker, { userId });
    const page = await stage.signedIn();
    const said = complaints(page);
    await page.goto(connection(`user:${userId}`));
    const section = page.getByRole("region", { name: "Request" });
    await section.getByLabel("Path").fill("/v1.0/me/messages?$top=1&$select=subject");
    await section.getByRole("button", { name: "Send" }).click();
    await expect
      .poll(() => section.getByRole("status").textContent(), slow)
      .toMatch(/200.*Mail.Read/);
    expect(await section.getByLabel("The answer").textContent()).toContain('"subject"');
    await section.getByLabel("Path").fill("/v1.0/me/contacts");
    await section.getByRole("button", { name: "Send" }).click();
    await expect
      .poll(() => section.getByRole("status").textContent(), slow)
      .toMatch(/403.*Contacts.Read/);
    const permissions = page.getByRole("region", { name: "Permissions" });
    await page.reload();
    await expect.poll(() => permissions.textContent(), slow).toContain("Calendars.Read not used");
    expect(await permissions.textContent()).not.toContain("Mail.Read not used");
    expect(said).toEqual([]);
  });

  it("that does not exist is said not to", async () => {
    const page = await stage.signedIn();
    await page.goto(connection("user:nobody-at-all"));
    await expect.poll(() => page.getByRole("alert").textContent(), slow).toContain("connection");
    await page.goto(at("/console/nonsense"));
    await expect.poll(() => heading(page).textContent(), slow).toBe("No such page");
  });
});

it("delivers to a paused webhook again", async () => {
  const userId = newUser("hook");
  stage.webhookAnswers(410);
  await signIn(stage.worker, { userId, account: "ida@fabrikam.example" });
  const page = await stage.signedIn();
  const said = complaints(page);
  await page.getByRole("link", { name: "Webhooks" }).click();
  const section = page
    .getByRole("region")
    .filter({ has: page.locator(`a[href$="${encodeURIComponent(`user:${userId}`)}"]`) });
  await expect.poll(() => section.textContent(), slow).toContain("wants no more (410)");
  const deliver = section.getByRole("button", { name: /^Deliver to webhook:receiver/ });
  const triedAt = async () => {
    const { data } = (await api(stage.worker, `/connections/user:${userId}/deliveries`)) as {
      data: { tried_at?: string; state: string }[];
    };
    return data[0]?.state === "paused" ? data[0].tried_at : undefined;
  };
  const before = await triedAt();
  await deliver.click();
  // It still refuses: it is paused again, and nothing is lost.
  await expect.poll(async () => (await triedAt()) ?? before, slow).not.toBe(before);
  await expect.poll(() => deliver.isEnabled(), slow).toBe(true);
  stage.webhookAnswers(204);
  await deliver.click();
  await expect.poll(() => section.count(), slow).toBe(0);
  expect(await api(stage.worker, `/connections/user:${userId}/deliveries`)).toMatchObject({
    data: [],
  });
  expect(said).toEqual([]);
});

describe("agents", () => {
  it("are shown by what they were given, and lose it by a button that asks first", async () => {
    const userId = newUser("agent");
    await signIn(stage.worker, { userId });
    const page = await stage.signedIn();
    const said = complaints(page);
    let grants: object[] = [grant];
    const asked: string[] = [];
    // What the API says of grants is tested by itself; who an agent is, only the agent says.
    await page.route("**/mcp/grants**", (route) => {
      asked.push(`${route.request().method()} ${new URL(route.request().url()).search}`);
      if (route.request().method() === "DELETE") grants = [];
      const data = route.request().method() === "DELETE" ? { revoked: true } : grants;
      return route.fulfill({ json: { success: true, data } });
    });
    await page.getByRole("link", { name: "Agents" }).click();
    await page.getByLabel("User").fill(userId);
    await button(page, "Show their agents").click();
    const section = page.getByRole("region", { name: "MCP clients" });
    await section.getByText("agents.example").waitFor();
    expect(new URL(page.url()).searchParams.get("user_id")).toBe(userId);
    expect(await section.textContent()).toContain(grant.client_name);
    await button(page, /^Revoke what An agent/).click();
    await page.getByRole("dialog").getByRole("button", { name: "Cancel" }).click();
    expect(asked.filter((one) => one.startsWith("DELETE"))).toEqual([]);
    await button(page, /^Revoke what An agent/).click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await section.getByText("No agent acts for this user.").waitFor();
    expect(asked).toContain(`DELETE ?user_id=${userId}`);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(said).toEqual([]);
  });

  it("of a real program are revoked for good, from its connection's page", async () => {
    const agent = await startAgent(at("/mcp"), stage.letsIn("Ada Lovelace"));
    onTestFinished(() => agent.close());
    const who = () => agent.work((client) => client.callTool({ name: "people_me", arguments: {} }));
    await who();
    const [userId = ""] = agent.memory.tokens?.access_token.split(":") ?? [];
    const page = await stage.signedIn();
    await page.goto(connection(`user:${userId}`));
    await button(page, "Revoke what An agent of the tests was given").click();
    await page.getByRole("dialog").getByRole("button", { name: "Revoke" }).click();
    await page.getByText("No agent acts for this user.").waitFor();
    const before = agent.opened.length;
    await who();
    // It had to ask its person anew.
    expect(agent.opened.length).toBe(before + 1);
  });

  it("cost what the list of their tools says", async () => {
    const page = await stage.signedIn();
    await page.goto(at("/console/agents"));
    const sets = page.getByRole("region", { name: "Toolsets" });
    await sets.getByRole("rowheader", { name: "keyvault" }).waitFor();
    expect(await sets.textContent()).toMatch(/an agent sees \d+ tools: [\d,]+ \(≈ [\d,]+ tokens\)/);
    const cost = async () => {
      const [, characters = "", tokens = ""] =
        /tools: ([\d,]+) \(≈ ([\d,]+) tokens\)/.exec(
          (await sets.getByRole("status").textContent()) ?? "",
        ) ?? [];
      return [characters, tokens].map((text) => Number(text.replaceAll(",", "")));
    };
    const [usual = 0] = await cost();
    await sets.getByLabel("keyvault").check();
    const [more = 0, tokens = 0] = await cost();
    expect(more).toBeGreaterThan(usual);
    expect(tokens).toBe(Math.ceil(more / 4));
    expect(await sets.getByRole("status").textContent()).toContain("watch,keyvault");
    await sets.getByLabel("keyvault").uncheck();
    expect(await cost()).toEqual([usual, Math.ceil(usual / 4)]);
    expect(await sets.getByRole("status").textContent()).not.toContain("toolsets=");
    for (const box of await sets.getByRole("checkbox").all()) await box.uncheck();
    // The Worker refuses an address that names no toolset.
    expect(await sets.getByRole("status").textContent()).toBe("Choose at least one toolset.");
    const tools = page.getByRole("region", { name: "Tools", exact: true });
    expect(await tools.getByRole("row").count()).toBeGreaterThan(20);
  });
});

describe("what is hostile", () => {
  const hostile = `"><img src=x onerror="window.hacked=1"><script>window.hacked=1</script>{{1}}`;

  it("is shown as text: names, ids, remedies, errors", async () => {
    const userId = newUser("text");
    await signIn(stage.worker, { userId });
    const page = await stage.signedIn();
    const said = complaints(page);
    const answer = (path: string, data: unknown) =>
      page.route(
        ({ pathname }) => pathname === path,
        (route) => route.fulfill({ json: { success: true, data } }),
      );
    const remedy = { action: "sign_in", message: hostile, since: new Date().toISOString() };
    const listed = (await api(stage.worker, `/connections?user_id=${userId}`)) as {
      data: object[];
    };
    await answer("/connections", [{ ...listed.data[0], upn: hostile, id: hostile }]);
    const { data: info } = (await api(stage.worker, `/connections/user:${userId}`)) as {
      data: object;
    };
    await answer(`/connections/user%3A${userId}`, {
      ...info,
      remedy: { ...remedy, connect_url: "javascript:window.hacked=1" },
      scopes: [hostile],
      identity: { tenant_id: hostile, object_id: hostile, upn: hostile, name: hostile },
      cooldowns: [{ service: "x", applies_to: hostile, until: null, reason: "throttled" }],
    });
    // The snapshot of the socket would put the true one over it.
    await page.routeWebSocket("**/live", () => undefined);
    await page.route("**/deliveries", (route) =>
      route.fulfill({ status: 500, json: { success: false, error: hostile, code: hostile } }),
    );
    await page.goto(at("/console"));
    await expect.poll(async () => (await accounts(page))[0], slow).toBe(hostile);
    await page.goto(connection(`user:${userId}`));
    await expect.poll(() => heading(page).textContent(), slow).toBe(hostile);
    await expect.poll(() => page.textContent("main"), slow).toContain(`Sign in again. ${hostile}`);
    expect(await page.locator("a[href^='javascript']").count()).toBe(0);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    expect(await page.locator("main img, main script").count()).toBe(0);
    expect(said.filter((text) => !text.includes("500"))).toEqual([]);
  });

  it("gets the console in no frame, and nothing by its cookie", async () => {
    const userId = newUser("csrf");
    await signIn(stage.worker, { userId, account: "ida@fabrikam.example" });
    const page = await stage.signedIn();
    const evil = await page.context().newPage();
    // Another port of this host is another origin of the same site: the browser sends the cookie along,
    // and in the sandbox that origin may even read answers.
    const content = `<iframe src="${at("/console")}"></iframe>
      <form method="post" action="${at(`/connections/user:${userId}/refresh`)}"><button>Win</button></form>`;
    const { port, servers } = await listenLocally(
      () =>
        createServer((_, response) => {
          response.writeHead(200, { "content-type": "text/html" }).end(content);
        }),
      0,
    );
    onTestFinished(() => {
      for (const server of servers) server.close();
    });
    await evil.goto(`http://localhost:${port}/`);
    const read = (path: string, init: object) =>
      evil.evaluate(
        `fetch(${JSON.stringify(at(path))}, ${JSON.stringify({ credentials: "include", ...init })})
          .then(async (answer) => answer.status + " " + (await answer.json()).code)`,
      );
    const own = `/connections/user:${userId}`;
    expect(await read("/connections", {})).toBe("403 forbidden");
    expect(await read(own, {})).toBe("403 forbidden");
    expect(await read(own, { method: "DELETE" })).toBe("403 forbidden");
    expect(await read(`${own}/tickets`, { method: "POST" })).toBe("403 forbidden");
    expect(await read("/console/session", { method: "DELETE" })).toBe("403 forbidden");
    const frame = evil.frames().find((one) => one !== evil.mainFrame());
    await expect.poll(() => frame?.url(), slow).toMatch(/^chrome-error:/);
    const [answer] = await Promise.all([
      evil.waitForResponse((one) => one.url().endsWith("/refresh")),
      evil.getByRole("button", { name: "Win" }).click(),
    ]);
    expect(answer.status()).toBe(403);
    await page.reload();
    await expect.poll(() => heading(page).textContent(), slow).toBe("Connections");
    expect(await api(stage.worker, `/connections/user:${userId}`)).toMatchObject({
      data: { status: "active" },
    });
  });
});

describe("axe finds nothing", () => {
  const source = readFileSync(
    createRequire(import.meta.url).resolve("axe-core/axe.min.js"),
    "utf8",
  );

  it.each(["light", "dark"] as const)("on any page, %s", async (colorScheme) => {
    const userId = newUser("axe");
    await signIn(stage.worker, { userId, account: "lin@fabrikam.example" });
    await stage.revoke("lin@fabrikam.example", userId);
    // The policy lets no other script in: here alone it is put aside.
    const options = { colorScheme, bypassCSP: true };
    const findings = async (page: Page) => {
      await page.addScriptTag({ content: source });
      const found = await page.evaluate(
        `axe.run().then(({ violations }) => violations.map(({ id, nodes }) => id + " " + nodes.map(({ html }) => html).join(" ")))`,
      );
      return found;
    };
    const outside = await stage.newPage(options);
    await outside.goto(at("/console"));
    await button(outside, "Sign in with Microsoft").waitFor();
    expect(await findings(outside)).toEqual([]);
    const page = await stage.signedIn(options);
    await page.route("**/mcp/grants**", (route) =>
      route.fulfill({ json: { success: true, data: [grant] } }),
    );
    const pages: [string, string][] = [
      [at("/console"), "shown"],
      [at("/console?search=nobody-is-called-so"), "No connection"],
      [connection(`user:${userId}`), "Open the reconnect link"],
      [connection("user:nobody-at-all"), "Try again"],
      [at("/console/webhooks"), "Webhooks"],
      [at(`/console/agents?user_id=${userId}`), "agents.example"],
      [at("/console/health"), "Credentials of the application"],
    ];
    for (const [url, text] of pages) {
      await page.goto(url);
      await page.locator("main").getByText(text).first().waitFor();
      expect([url, await findings(page)]).toEqual([url, []]);
    }
    await page.goto(connection(`user:${userId}`));
    await button(page, "Disconnect…").click();
    await page.getByRole("dialog").waitFor();
    expect(await findings(page)).toEqual([]);
  });
});
