import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { startBrowser } from "../support/browser.ts";
import { freePorts, launch } from "../support/launcher.ts";
import { allowAgent } from "../support/allow-agent.ts";
import { startAgent, type Person } from "../support/oauth-agent.ts";
import { control } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { startWebhookReceiver } from "../support/webhook-receiver.ts";

/** The console of a running Worker, in a real browser. */
export interface Stage {
  worker: string;
  sandbox: string;
  /** A page in a browser that nobody has used before; it is closed with the stage. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
  /** The same, signed in to the console by the development key. */
  signedIn(options?: BrowserContextOptions): Promise<Page>;
  /** Has Microsoft revoke what an account granted, and the connection find out. */
  revoke(account: string, userId: string): Promise<void>;
  /** Signs a person in, who lets an agent in. @param name of their account at Microsoft */
  letsIn(name: string): Person;
  /** What the webhook answers from now on. */
  webhookAnswers(status: number): void;
  close(): Promise<void>;
}

/** Milliseconds, on a machine that may be busy. */
export const patience = 60_000;
export const developmentKey = "azk_dev_sandbox";
const key = { authorization: `Bearer ${developmentKey}` };

/** @param environment variables of the Worker, besides those of `npm start` */
export async function startStage(environment: Record<string, string> = {}): Promise<Stage> {
  const state = await mkdtemp(join(tmpdir(), "azure-console-"));
  let status = 204;
  const receiver = await startWebhookReceiver({
    received: () => undefined,
    take: () => ({ status, delay: 0 }),
  });
  const ports = await freePorts();
  const worker = `http://localhost:${ports.worker}`;
  const sandbox = `http://localhost:${ports.sandbox}`;
  const started = launch(ports, state, {
    environment: { WEBHOOKS: receiver.variable, CONSOLE_RUNNER: "on", ...environment },
  });
  await started.ready();
  const { browser, close }: { browser: Browser; close(): Promise<void> } = await startBrowser();
  const contexts: BrowserContext[] = [];

  const newPage = async (options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext(options);
    context.setDefaultTimeout(patience);
    contexts.push(context);
    return context.newPage();
  };
  return {
    worker,
    sandbox,
    newPage,
    signedIn: async (options) => {
      const page = await newPage(options);
      await page.goto(`${worker}/console`);
      await page.getByLabel("API key").fill(developmentKey);
      await page.getByRole("button", { name: "Sign in with the key" }).click();
      await page.getByRole("navigation", { name: "Pages", exact: true }).waitFor();
      return page;
    },
    revoke: async (account, userId) => {
      await control({ url: sandbox }, "revoke", { user: account });
      await fetch(`${worker}/connections/user:${userId}/refresh`, { method: "POST", headers: key });
    },
    letsIn: (name) => async (address) => {
      const page = await newPage();
      await page.goto(address.href);
      await allowAgent(page, name);
    },
    webhookAnswers: (answer) => {
      status = answer;
    },
    close: async () => {
      for (const context of contexts) await context.close();
      await close();
      started.end();
      await receiver.close();
      await rm(state, { recursive: true, force: true });
    },
  };
}

/** Starts a sign-in for each user: a connection that is pending. */
export async function pending(worker: string, userIds: readonly string[]): Promise<void> {
  const left = [...userIds];
  const work = async () => {
    for (let userId = left.pop(); userId !== undefined; userId = left.pop()) {
      const started = await fetch(`${worker}/connect?user_id=${encodeURIComponent(userId)}`, {
        redirect: "manual",
      });
      await started.body?.cancel();
    }
  };
  await Promise.all(Array.from({ length: 8 }, work));
}

/** Asks the API as a server with every scope. */
export async function api(worker: string, path: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(`${worker}${path}`, {
    ...init,
    headers: { ...key, "content-type": "application/json" },
  });
  return response.json();
}

/**
 * Connections of every kind that a page has to show.
 *
 * @returns the id of the user who let an agent in
 */
export async function populate({ worker, sandbox, ...stage }: Stage): Promise<string> {
  await signIn(worker, { userId: "ada", scopes: ["Mail.Send", "Files.ReadWrite"] });
  await signIn(worker, { userId: "alan", account: "alan@fabrikam.example" });
  await signIn(worker, { userId: "lin", account: "lin@fabrikam.example" });
  await signIn(worker, { userId: "gone", account: "lin@fabrikam.example" });
  await api(worker, "/connections/user:gone", { method: "DELETE" });
  stage.webhookAnswers(410);
  await signIn(worker, { userId: "grace", account: "grace@contoso.example" });
  await stage.revoke("grace@contoso.example", "grace");
  stage.webhookAnswers(204);
  await pending(worker, ["new-1", "new-2"]);
  await api(worker, "/mail?user_id=ada");
  await api(worker, "/connections/user:ada/watches", {
    method: "POST",
    body: JSON.stringify({ resource: "me/messages", change_types: ["created", "updated"] }),
  });
  await control({ url: sandbox }, "faults", {
    match: { url: "/me/events" },
    respond: { status: 429, headers: { "retry-after": "600" }, body: "" },
  });
  await api(worker, "/calendar/events?user_id=ada");
  const agent = await startAgent(`${worker}/mcp`, stage.letsIn("Alan Turing"), "Desk assistant");
  await agent.work((client) => client.callTool({ name: "people_me", arguments: {} }));
  await agent.close();
  return agent.memory.tokens?.access_token.split(":", 1)[0] ?? "";
}
