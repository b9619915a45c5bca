import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { build as buildWithEsbuild } from "esbuild";
import { build as buildWithVite } from "vite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createTestHarness, type TestHarness } from "wrangler";
import manifest from "../../package.json" with { type: "json" };
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { blocksOf } from "../support/markdown.ts";
import { readmes } from "../support/readmes.ts";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";
import { installInto, machineNode, packInto, type Tarball } from "../support/tarball.ts";
import { sandboxVariables } from "../support/worker.ts";

const run = promisify(execFile);
const kibibyte = 1024;
const userId = "ada";

const readmeTests = blocksOf(readmes.get("test/sandbox/README.md") ?? "").filter(
  ({ language, info }) => language === "ts" && info === "tests",
);

/** What someone with the package alone writes. */
const files = {
  ...Object.fromEntries(readmeTests.map(({ text }, at) => [`readme-${at}.test.ts`, text])),
  "mail.mjs": `
import { AzureClient, AzureError } from "azure-integration-worker";

const azure = new AzureClient({ baseUrl: process.argv[2], apiKey: "azk_all_all-secret" });
const { data } = await azure.connection({ userId: "${userId}" }).graph.messages({ top: 2 });
const nobody = azure.connection({ userId: "nobody" }).graph.messages();
const error = await nobody.catch((reason) => reason);
const failure = error instanceof AzureError && error.code;
console.log(JSON.stringify({ node: process.version, subjects: data.map(({ subject }) => subject), failure }));
`,
  "sandbox.mjs": `
import { CONTOSO_TENANT, startSandbox } from "azure-integration-worker/sandbox";

const sandbox = await startSandbox({ chaos: "seed", settings: { chaos_share: 0 } });
const token = await sandbox.accessToken({ user: "ada@contoso.example" });
const me = await sandbox.fetch("https://graph.microsoft.com/v1.0/me", {
  headers: { authorization: "Bearer " + token },
});
const { issuer } = await (
  await fetch(sandbox.url + "/" + CONTOSO_TENANT + "/v2.0/.well-known/openid-configuration")
).json();
const { displayName } = await me.json();
const asked = (await sandbox.requests()).map(({ method }) => method);
await sandbox.close();
console.log(JSON.stringify({ issuer, displayName, asked, https: sandbox.httpsUrl.startsWith("https:") }));
`,
  "sibling.ts": `
import { azure, AzureConnectionCredential, type AzureBinding } from "azure-integration-worker";
import { ArmClient } from "azure-integration-worker/arm";
import { GraphClient } from "azure-integration-worker/graph";

export default {
  async fetch(request: Request, env: { AZURE: AzureBinding }): Promise<Response> {
    const { graphEndpoint, armEndpoint } = await request.json();
    const { data } = await env.AZURE.getMail({ userId: "${userId}", top: 1 });
    const ada = azure(env.AZURE, { userId: "${userId}" });
    const user = await new GraphClient(ada, { endpoint: graphEndpoint }).users.me();
    const names: string[] = [];
    for await (const one of new ArmClient(ada, { endpoint: armEndpoint }).subscriptions.list()) {
      names.push(one.displayName);
    }
    const { token } = await new AzureConnectionCredential(ada).getToken("https://management.azure.com/.default");
    return Response.json({ mail: data.length, user: user.displayName, names, token: token.split(".").length });
  },
};
`,
  "wrangler.jsonc": JSON.stringify({
    name: "consumer",
    main: "sibling.ts",
    compatibility_date: "2026-08-15",
    services: [{ binding: "AZURE", service: "azure", entrypoint: "AzureService" }],
  }),
  "types.ts": `
import * as all from "azure-integration-worker";
import * as arm from "azure-integration-worker/arm";
import * as browser from "azure-integration-worker/browser";
import * as graph from "azure-integration-worker/graph";
import * as react from "azure-integration-worker/react";
import * as sandbox from "azure-integration-worker/sandbox";

declare const env: { AZURE: all.AzureBinding };
const azure = new all.AzureClient({ baseUrl: "https://azure.example.com", apiKey: "azk_a_b" });
const { data, nextCursor } = await azure.connection({ userId: "ada" }).graph.messages({ top: 1 });
export const subject: string | null | undefined = data[0]?.subject;
export const cursor: string | undefined = nextCursor;
export const service: all.AzureService = env.AZURE;
const info: all.ConnectionInfo = await env.AZURE.getConnection({ userId: "ada" });
if (info.remedy?.action === "sign_in") console.log(info.remedy.connect_url);
const { data: groups } = await env.AZURE.listResourceGroups({ userId: "ada", subscriptionId: "x" });
export const location: string | undefined = groups[0]?.location;
export const client = new graph.GraphClient(all.azure(env.AZURE, { userId: "ada" }));
export const other = new arm.ArmClient({ fetch });
export const started: sandbox.RunningSandbox = await sandbox.startSandbox({ settings: { page_size: 2 } });
await started.fault({ match: { url: "/me" }, respond: { status: 503, headers: { "retry-after": "1" } } });
// @ts-expect-error There is no such setting.
await started.settings({ pages: 2 });
export const connect: (options: browser.ConnectOptions) => Promise<all.ConnectionInfo> = browser.connectInPopup;
export const status: () => all.ConnectionStatus | undefined = () =>
  react.useConnection({ baseUrl: "https://azure.example.com", token: "t", userId: "ada" }).status;
// @ts-expect-error A user is named by text.
await env.AZURE.getUser({ userId: 1 });
// @ts-expect-error There is no such method.
await env.AZURE.getEverything({ userId: "ada" });
// @ts-expect-error There is no such option.
await azure.connection({ userId: "ada" }).graph.messages({ first: 1 });
`,
};

let folder: string;
let consumer: string;
let tarball: Tarball;
let installed: string[];
let sandbox: SandboxServer;
let harness: TestHarness;
let url: string;

beforeAll(async () => {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  folder = await mkdtemp(join(tmpdir(), "azure-package-"));
  consumer = join(folder, "consumer");
  tarball = await packInto(folder);
  installed = await installInto(consumer, tarball, files);
  // The consumer's own test runner, which is not downloaded again.
  for (const name of ["node_modules/vitest", "node_modules/@azure"]) {
    await symlink(join(projectRoot, name), join(consumer, name));
  }
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
  harness = createTestHarness({
    root: projectRoot,
    workers: [
      { configPath: "wrangler.jsonc", vars: sandboxVariables(sandbox) },
      { configPath: join(consumer, "wrangler.jsonc") },
    ],
  });
  url = (await harness.listen()).url.origin;
  await harness.getWorker("azure").applyD1Migrations("DB");
  await signIn(url, { userId });
});

afterAll(async () => {
  await harness.close();
  await sandbox.close();
  await rm(folder, { recursive: true, force: true });
});

describe("the package", () => {
  test("holds JavaScript with its declarations, and what npm adds", () => {
    const others = tarball.files.filter((file) => !/^dist\/[\w/-]+(?:\.d\.ts|\.js)$/.test(file));
    expect(others).toEqual(["LICENSE", "README.md", "dist/sandbox/LICENSES.txt", "package.json"]);
    // The sandbox is one file.
    const rooms = tarball.files.filter((file) => !file.startsWith("dist/sandbox/"));
    const bare = (ending: string) =>
      rooms.filter((one) => one.endsWith(ending)).map((one) => one.slice(0, -ending.length));
    expect(bare(".js")).toEqual(bare(".d.ts"));
  });

  test("is under 500 KiB", () => {
    report(`tarball ${kib(tarball.size)} KiB, ${tarball.files.length} files`);
    expect(tarball.size).toBeLessThan(500 * kibibyte);
  });

  test("has every file that its entry points name", () => {
    const named = Object.values(manifest.exports).flatMap((entry) => Object.values(entry));
    expect(named.filter((path) => !tarball.files.includes(path.replace("./", "")))).toEqual([]);
  });

  test("brings the types of Graph along, and no other package", () => {
    expect(installed).toEqual(["@microsoft/microsoft-graph-types", manifest.name]);
  });
});

describe("a program with the package", () => {
  test.each([
    ["the machine's Node", machineNode()],
    ["the tools' Node", process.execPath],
  ])("lists mail in %s", async (_, node) => {
    const { stdout } = await run(node, ["mail.mjs", url], { cwd: consumer });
    const { node: version, ...seen }: Record<string, unknown> = JSON.parse(stdout);
    report(`ran in Node ${String(version)}`);
    expect(seen).toEqual({
      subjects: [expect.any(String), expect.any(String)],
      failure: "not_found",
    });
  });

  test("plays Microsoft in the machine's Node", async () => {
    const { stdout } = await run(machineNode(), ["sandbox.mjs"], { cwd: consumer });
    expect(JSON.parse(stdout)).toEqual({
      issuer: expect.stringMatching(/^http:\/\/localhost:\d+\//),
      displayName: "Ada Lovelace",
      asked: ["GET", "GET"],
      https: true,
    });
  });

  test.each(["1", "2"])("is tested as the README writes it, with CHAOS_SEED=%s", async (seed) => {
    expect(readmeTests.length).toBe(2);
    const report = join(consumer, `report-${seed}.json`);
    await run(
      process.execPath,
      [
        join(consumer, "node_modules/vitest/vitest.mjs"),
        "run",
        `--root=${consumer}`,
        "--reporter=json",
        `--outputFile=${report}`,
      ],
      { cwd: consumer, env: { ...process.env, CHAOS_SEED: seed } },
    ).catch(() => undefined); // The report says what failed.
    expect(JSON.parse(await readFile(report, "utf8"))).toMatchObject({
      success: true,
      numPassedTests: 4,
      numTotalTests: 4,
    });
  });

  const installedTypes = (name: string) => join(projectRoot, "node_modules", name);
  test.each([
    ["nodenext", "a browser's types", { lib: "es2022,dom", types: "" }],
    ["bundler", "a browser's types", { lib: "es2022,dom", types: "" }],
    ["nodenext", "Node's types alone", { lib: "es2022", types: installedTypes("@types/node") }],
    [
      "bundler",
      "Workers' types alone",
      { lib: "es2022", types: installedTypes("@cloudflare/workers-types") },
    ],
  ])("is checked strictly under %s with %s", async (moduleResolution, _, platform) => {
    const module = moduleResolution === "bundler" ? "esnext" : moduleResolution;
    const flags = {
      module,
      moduleResolution,
      target: "es2022",
      skipLibCheck: "false",
      ...platform,
    };
    const found = await run(
      join(projectRoot, "node_modules/.bin/tsc"),
      [
        "--strict",
        "--noEmit",
        ...Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value]),
        "types.ts",
      ],
      { cwd: consumer },
    ).catch((error: { stdout: string }) => error);
    expect(found.stdout).toBe("");
  });

  test("is a sibling Worker", async () => {
    const response = await harness.getWorker("consumer").fetch("/", {
      method: "POST",
      body: JSON.stringify({
        graphEndpoint: `${sandbox.url}/graph`,
        armEndpoint: `${sandbox.url}/arm`,
      }),
    });
    expect(await response.json()).toEqual({
      mail: 1,
      user: "Ada Lovelace",
      names: ["Contoso Production", "Contoso Engineering"],
      token: 3,
    });
  });
});

const every = "*";
/** What a program takes of an entry point, and its limit: KiB, gzip. The sandbox is never bundled. */
const bundles: readonly [entry: string, names: string, limit: number][] = [
  [".", "{ AzureClient, LiveClient, AzureError, isRunning }", 8],
  [".", "{ azure, AzureConnectionCredential, AzureError }", 8],
  [".", every, 8],
  ["./browser", every, 8],
  ["./react", every, 8],
  ["./graph", every, 15],
  ["./arm", every, 12],
];

test("every entry point but the sandbox is bundled", () => {
  const bundled = new Set([...bundles.map(([entry]) => entry), "./sandbox"]);
  expect(bundled).toEqual(new Set(Object.keys(manifest.exports)));
});

describe("a bundle of the package", () => {
  test.each(bundles)("of %s, %s, is small and its own code alone", async (entry, names, limit) => {
    const contents = `export ${names} from "${entry.replace(".", manifest.name)}";`;
    const { outputFiles, metafile } = await buildWithEsbuild({
      stdin: { contents, resolveDir: consumer },
      bundle: true,
      format: "esm",
      minify: true,
      write: false,
      metafile: true,
      // The application's own.
      external: ["react"],
      logLevel: "silent",
    });
    const byEsbuild = gzipped(outputFiles[0]?.text);
    const byVite = gzipped(await viteBundle(contents));
    report(`${entry} ${names}: ${kib(byEsbuild)} KiB by esbuild, ${kib(byVite)} KiB by Vite`);
    const packages = Object.keys(metafile.inputs).map(
      (path) => /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? path,
    );
    expect(new Set(packages)).toEqual(new Set(["<stdin>", manifest.name]));
    expect(Math.max(byEsbuild, byVite)).toBeLessThanOrEqual(limit * kibibyte);
  });
});

/** An application of Vite's with one module. */
async function viteBundle(contents: string): Promise<string> {
  const id = "virtual:entry";
  const built = await buildWithVite({
    root: consumer,
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "entry",
        resolveId: (source) => (source === id ? join(consumer, "entry.js") : undefined),
        load: (path) => (path === join(consumer, "entry.js") ? contents : undefined),
      },
    ],
    build: {
      write: false,
      rolldownOptions: { input: id, preserveEntrySignatures: "strict", external: ["react"] },
    },
  });
  const outputs = Array.isArray(built) ? built : [built];
  return outputs
    .flatMap((one) => ("output" in one ? one.output : []))
    .map((one) => (one.type === "chunk" ? one.code : ""))
    .join("");
}

const gzipped = (text = ""): number => gzipSync(text, { level: 9 }).length;
const kib = (bytes: number): string => (bytes / kibibyte).toFixed(1);
const report = (line: string): void => void process.stdout.write(`  ${line}\n`);
