import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { unstable_startWorker } from "wrangler";
import * as z from "zod";
import { CLIENT_SECRET } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { migrateLocalDatabase } from "../sandbox/start/database.ts";
import { whenReady } from "../sandbox/start/readiness.ts";
import { control, requestsOf } from "../support/sandbox-control.ts";
import { signIn } from "../support/sign-in.ts";
import { sandboxVariables } from "../support/worker.ts";

const root = new URL("../..", import.meta.url).pathname;
const headers = { authorization: "Bearer azk_all_all-secret" };
const lifetimeSeconds = 4;

let sandbox: SandboxServer;
let persist: string;
let stop: (() => Promise<void>) | undefined;

beforeAll(async () => {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  persist = await mkdtemp(join(tmpdir(), "azure-rollover-"));
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
  await migrateLocalDatabase(root, persist);
  await control(sandbox, "settings", { access_token_lifetime_s: lifetimeSeconds });
});

afterAll(async () => {
  await stop?.();
  await sandbox.close();
  await rm(persist, { recursive: true, force: true });
});

/** Deploys the Worker anew, over the same objects, with these client secrets. */
async function deploy(clientSecrets: string): Promise<string> {
  await stop?.();
  const variables = { ...sandboxVariables(sandbox), AZURE_CLIENT_SECRET: clientSecrets };
  const worker = await unstable_startWorker({
    config: join(root, "wrangler.jsonc"),
    bindings: Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [
        name,
        { type: "plain_text" as const, value },
      ]),
    ),
    dev: {
      persist,
      watch: false,
      logLevel: "error",
      inspector: false,
      server: { hostname: "localhost", port: 0 },
    },
  });
  stop = () => worker.dispose();
  const { origin } = await worker.url;
  expect(await whenReady(origin, 60_000)).toEqual({ ready: true });
  return origin;
}

const infoSchema = z.object({
  data: z.object({
    status: z.string(),
    resources: z.array(z.object({ resource: z.string(), expires_at: z.string() })),
  }),
});

async function infoOf(url: string) {
  const response = await fetch(`${url}/connections/user:ada`, { headers });
  return infoSchema.parse(await response.json()).data;
}

/** Whether Graph's token is past its life, so that a call needs another. */
async function expired(url: string): Promise<boolean> {
  const { resources } = await infoOf(url);
  return resources.every(({ expires_at: at }) => Date.parse(at) < Date.now());
}

/** A call that is not repeated in the Worker: the gateway hands on what the actor says. */
const me = (url: string) =>
  fetch(`${url}/graph/v1.0/me`, { headers: { ...headers, "x-azure-connection": "user:ada" } });

it("survives an application secret that expires: no user is asked, and the next deployment works at its first call", async () => {
  let url = await deploy(CLIENT_SECRET);
  await signIn(url, { userId: "ada" });
  expect((await me(url)).status).toBe(200);

  // The secret this deployment has is no longer one that Microsoft takes.
  url = await deploy("a-secret-that-was-replaced");
  await expect.poll(() => expired(url), { timeout: 10_000 }).toBe(true);
  for (let call = 0; call < 5; call += 1) {
    const response = await me(url);
    expect(response.status).toBe(503);
    expect(await response.json()).toMatchObject({ error: { code: "app_misconfigured" } });
  }
  const refused = (await requestsOf(sandbox)).filter(
    ({ grant_type: type, status }) => type === "refresh_token" && status === 401,
  );
  expect(refused).toHaveLength(1);
  expect((await infoOf(url)).status).toBe("active");

  // Fifteen minutes have not passed, but the credential is another: tried at once, in its order.
  url = await deploy(`a-secret-that-was-replaced,${CLIENT_SECRET}`);
  const response = await me(url);
  expect(response.status).toBe(200);
  expect(await response.json()).toMatchObject({ userPrincipalName: "ada@contoso.example" });
  expect((await infoOf(url)).status).toBe("active");
}, 120_000);
