import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { blocksOf } from "../support/markdown.ts";
import { control } from "../support/sandbox-control.ts";
import { readmes } from "../support/readmes.ts";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

/** The READMEs' code for a server is run as it stands, against a Worker by https. */

const run = promisify(execFile);
const apiKey = "azk_all_all-secret";
/** Inside the project, so that packages resolve. */
const folder = join(projectRoot, ".wrangler", "recipes");

let worker: TestWorker;
beforeAll(async () => {
  worker = await startTestWorker();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "ca.pem"), worker.certificate.ca);
  await signIn(worker.url, { userId: "demo" });
  await signIn(worker.url, { userId: "revoked", account: "grace@contoso.example" });
  await control(worker.sandbox, "revoke", { user: "grace@contoso.example" });
});
afterAll(async () => {
  await worker.close();
  rmSync(folder, { recursive: true, force: true });
});

const asServer = (path: string, init: RequestInit): Promise<Response> =>
  fetch(worker.url + path, {
    ...init,
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json" },
  });

async function sessionOf(userId: string): Promise<string> {
  const scopes = ["graph:read", "arm:read"];
  const body = JSON.stringify({ user_id: userId, scopes });
  const response = await asServer("/sessions", { method: "POST", body });
  const schema = z.object({ data: z.object({ token: z.string() }) });
  return schema.parse(await response.json()).data.token;
}

/** What every recipe has already, and how what it throws is shown: in full. */
const program = (text: string, session: string): string => `
import { inspect } from "node:util";
process.on("uncaughtException", (error) => {
  console.error(inspect(error, { depth: 12 }));
  process.exit(1);
});
const apiKey = ${JSON.stringify(apiKey)};
const sessionToken = ${JSON.stringify(session)};
const subscriptionId = ${JSON.stringify(CONTOSO_SUBSCRIPTION)};
${text}`;

/** Runs a recipe as a user, in a process of its own. */
async function cook(name: string, text: string, userId: string) {
  const file = join(folder, `${name}-${userId}.ts`);
  const here = text
    .replaceAll("https://azure.example.com", worker.tls.url)
    .replaceAll("azure.example.com", "localhost")
    .replaceAll("user:demo", `user:${userId}`);
  writeFileSync(file, program(here, await sessionOf(userId)));
  const environment = { ...process.env, NODE_EXTRA_CA_CERTS: join(folder, "ca.pem") };
  return run(process.execPath, [file], { cwd: projectRoot, env: environment }).then(
    ({ stdout }) => ({ failed: false, said: stdout }),
    (error: { stderr: string }) => ({ failed: true, said: error.stderr }),
  );
}

const recipes = blocksOf(readmes.get("src/routes/README.md") ?? "").filter(
  ({ language, info }) => language === "ts" && info === "server",
);
/** The recipe that uses a package. */
const recipeOf = (sdk: string): string =>
  recipes.find(({ text }) => text.includes(`from "${sdk}"`))?.text ?? "";

describe.each([
  ["@microsoft/microsoft-graph-client", /'Release notes 1'/],
  ["@microsoft/msgraph-sdk", /'Release notes 1'/],
  ["@azure/arm-resources", /Contoso Production westeurope/],
])("the recipe for %s", (sdk, shown) => {
  const name = sdk.replaceAll(/\W+/g, "-");

  test("works as it is written", async () => {
    expect(await cook(name, recipeOf(sdk), "demo")).toEqual({
      failed: false,
      said: expect.stringMatching(shown),
    });
  });

  test("shows our code, sentence and link when somebody has to sign in", async () => {
    const { failed, said } = await cook(name, recipeOf(sdk), "revoked");
    expect(failed).toBe(true);
    expect(said).toMatch(/code"?: ["']action_required/);
    expect(said).toContain("The sign-in was revoked");
    expect(said).toMatch(new RegExp(`connect_url[^h]{2,5}${worker.tls.url}/`));
  });
});

test("every recipe is run", () => {
  expect(recipes).toHaveLength(3);
});
