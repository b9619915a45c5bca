import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { patience, populate, startStage, type Stage } from "./stage.ts";

/** Writes a picture of each page of the console into `.wrangler/screens/`. */

const folder = fileURLToPath(new URL("../../.wrangler/screens", import.meta.url));

interface Screen {
  name: string;
  path: string;
  /** Until this is seen, the page is not there yet. */
  until: string;
  before?: (page: Page) => Promise<void>;
}

const connection = (id: string) => `/console/connections/${encodeURIComponent(id)}`;

/** @param user whose agent is shown */
const screensWith = (user: string): readonly Screen[] => [
  { name: "connections", path: "/console", until: "ada@contoso.example" },
  { name: "connections-none", path: "/console?search=nobody", until: "No connection is like this" },
  { name: "connection-active", path: connection("user:ada"), until: "Connected" },
  { name: "connection-agent", path: connection(`user:${user}`), until: "Desk assistant" },
  { name: "connection-broken", path: connection("user:grace"), until: "Open the reconnect link" },
  { name: "connection-ended", path: connection("user:gone"), until: "There is no token" },
  { name: "connection-unknown", path: connection("user:nobody"), until: "Try again" },
  {
    name: "disconnect",
    path: connection("user:ada"),
    until: "Connected",
    before: (page) => page.getByRole("button", { name: "Disconnect…" }).click(),
  },
  {
    name: "request",
    path: connection("user:ada"),
    until: "Connected",
    before: async (page) => {
      const section = page.getByRole("region", { name: "Request" });
      await section.getByRole("button", { name: "Send" }).click();
      await section.getByLabel("The answer").scrollIntoViewIfNeeded();
    },
  },
  { name: "agents", path: `/console/agents?user_id=${user}`, until: "Desk assistant" },
  {
    name: "revoke",
    path: `/console/agents?user_id=${user}`,
    until: "Desk assistant",
    before: (page) => page.getByRole("button", { name: /^Revoke/ }).click(),
  },
  { name: "webhooks", path: "/console/webhooks", until: "Deliver now" },
  { name: "health", path: "/console/health", until: "Credentials of the application" },
];

const widths = [1280, 390] as const;
const schemes = ["light", "dark"] as const;

async function photograph(stage: Stage, user: string): Promise<number> {
  let count = 0;
  for (const colorScheme of schemes) {
    for (const width of widths) {
      const options = { colorScheme, viewport: { width, height: 800 } };
      const file = (name: string) => join(folder, `${name}-${width}-${colorScheme}.png`);
      const outside = await stage.newPage(options);
      await outside.goto(`${stage.worker}/console`);
      await outside.getByRole("button", { name: "Sign in with Microsoft" }).waitFor();
      await outside.screenshot({ path: file("sign-in"), fullPage: true });
      const page = await stage.signedIn(options);
      for (const { name, path, until, before } of screensWith(user)) {
        await page.goto(`${stage.worker}${path}`);
        await page.locator("main").getByText(until).first().waitFor({ timeout: patience });
        await page.locator(".loading").first().waitFor({ state: "detached" });
        await before?.(page);
        await page.screenshot({ path: file(name), fullPage: before === undefined });
        count += 1;
      }
    }
  }
  return count;
}

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const stage = await startStage();
try {
  const user = await populate(stage);
  console.log(`${await photograph(stage, user)} pictures in ${folder}`);
} finally {
  await stage.close();
}
