import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import {
  Client,
  StreamableHTTPClientTransport,
  type VersionNegotiationOptions,
} from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import * as z from "zod";
import { startHeaderProxy, type HeaderProxy } from "../support/header-proxy.ts";
import { blocksOf } from "../support/markdown.ts";
import { readmes } from "../support/readmes.ts";
import { signIn } from "../support/sign-in.ts";
import { projectRoot } from "../support/source-files.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

/** The endpoint as clients from npm meet it, unmodified. */

const apiKey = "azk_all_all-secret";
const credential = { authorization: `Bearer ${apiKey}` };

const scopes = ["Mail.ReadWrite", "Mail.Send", "Files.Read"];

let worker: TestWorker;
let home: string;
let endpoint: URL;
beforeAll(async () => {
  worker = await startTestWorker();
  await signIn(worker.url, { userId: "agent", scopes });
  home = mkdtempSync(join(tmpdir(), "mcp-"));
  endpoint = new URL("/mcp?user_id=agent", worker.url);
});
afterAll(async () => {
  await worker.close();
  rmSync(home, { recursive: true, force: true });
});

/** A session of the agent's person: the suite drops the query of an address, which a key needs. */
async function session(): Promise<string> {
  const response = await fetch(new URL("/sessions", worker.url), {
    method: "POST",
    headers: { ...credential, "content-type": "application/json" },
    body: JSON.stringify({ user_id: "agent" }),
  });
  const schema = z.object({ data: z.object({ token: z.string() }) });
  return schema.parse(await response.json()).data.token;
}

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}
const run = promisify(execFile);

/** A program of npm, as its `bin` starts it. */
async function npmProgram(path: string, args: readonly string[]): Promise<Ended> {
  const program = join(projectRoot, "node_modules", path);
  const options = { env: { ...process.env, HOME: home }, cwd: home, maxBuffer: 2 ** 26 };
  try {
    return { code: 0, ...(await run(process.execPath, [program, ...args], options)) };
  } catch (error) {
    const failed = z.object({ code: z.number(), stdout: z.string(), stderr: z.string() });
    return failed.parse(error);
  }
}

describe("the Inspector's command line", () => {
  const inspector = (era: string, ...args: string[]) =>
    npmProgram("@modelcontextprotocol/inspector/clients/launcher/build/index.js", [
      "--cli",
      endpoint.href,
      "--transport",
      "http",
      "--protocol-era",
      era,
      "--header",
      `Authorization: Bearer ${apiKey}`,
      "--stored-auth-only",
      "--format",
      "json",
      ...args,
    ]);

  test.each(["modern", "legacy"])(
    "lists tools that its lint has nothing against: %s",
    async (era) => {
      const { code, stdout, stderr } = await inspector(era, "--method", "tools/list", "--strict");
      expect([code, stderr]).toEqual([0, expect.not.stringContaining("error")]);
      expect(stdout).toContain("mail_list_messages");
    },
  );

  test.each(["modern", "legacy"])("calls a tool, and is told of an error: %s", async (era) => {
    const call = (name: string, args: object) =>
      inspector(
        era,
        "--method",
        "tools/call",
        "--tool-name",
        name,
        "--tool-args-json",
        JSON.stringify(args),
      );
    const [done, failed] = await Promise.all([
      call("mail_list_messages", { top: 2 }),
      call("mail_get_message", { id: "none" }),
    ]);
    expect([done.code, done.stdout]).toEqual([0, expect.stringContaining("received")]);
    expect([failed.code, failed.stdout]).toEqual([5, expect.stringContaining("request_id")]);
  });
});

describe("the SDK's client", () => {
  const modes: [string, VersionNegotiationOptions][] = [
    ["auto", { mode: "auto" }],
    ["legacy", { mode: "legacy" }],
    ["pinned", { mode: { pin: "2026-07-28" } }],
  ];

  async function connected(
    versionNegotiation: VersionNegotiationOptions,
    url = endpoint,
  ): Promise<Client> {
    const client = new Client(
      { name: "e2e", version: "1.0.0" },
      { versionNegotiation, capabilities: { elicitation: { form: {}, url: {} } } },
    );
    const transport = new StreamableHTTPClientTransport(url, {
      requestInit: { headers: credential },
    });
    await client.connect(transport);
    return client;
  }

  test.each(modes)("lists and calls every tool that reads: %s", async (_, negotiation) => {
    const client = await connected(negotiation);
    const { tools } = await client.listTools();
    expect(JSON.stringify(tools).length).toBeLessThanOrEqual(8_000 * 4);
    const calls: [string, Record<string, unknown>][] = [
      ["connection_status", {}],
      ["connection_list", {}],
      ["mail_list_messages", { top: 3 }],
      ["calendar_list_events", { start: "2026-01-01", end: "2026-12-31" }],
      ["files_list", {}],
      ["people_me", {}],
      ["arm_list_subscriptions", {}],
      ["watch_list", {}],
    ];
    // The client checks each result against what the tool says of it, and throws where it differs.
    for (const [name, args] of calls) {
      const result = await client.callTool({ name, arguments: args });
      expect([name, result.isError, result.structuredContent]).toEqual([
        name,
        undefined,
        expect.any(Object),
      ]);
    }
    await client.close();
  });

  test("asks its person by a form before a draft is sent", async () => {
    const client = await connected({ mode: "auto" });
    const asked: string[] = [];
    client.setRequestHandler("elicitation/create", async ({ params }) => {
      asked.push(params.message);
      return { action: "accept", content: { confirm: true } };
    });
    const draft = await client.callTool({
      name: "mail_create_draft",
      arguments: { to: ["grace@contoso.example"], subject: "From an agent", body: "Hello" },
    });
    const { id } = z.object({ id: z.string() }).parse(draft.structuredContent);
    const sent = await client.callTool({ name: "mail_send_draft", arguments: { id } });
    expect([sent.structuredContent, asked]).toEqual([
      { accepted: true },
      ['Send "From an agent" to grace@contoso.example?'],
    ]);
    await client.close();
  });
});

test("the README's program works as it is written", async () => {
  const block = blocksOf(readmes.get("src/mcp/README.md") ?? "").find(
    ({ language, info }) => language === "ts" && info === "server",
  );
  // Inside the project, so that packages resolve.
  const folder = mkdtempSync(join(projectRoot, ".wrangler", "mcp-"));
  try {
    const file = join(folder, "program.ts");
    const here = (block?.text ?? "").replaceAll("https://azure.example.com", worker.url);
    writeFileSync(file, `const sessionToken = ${JSON.stringify(await session())};\n${here}`);
    const { stdout } = await run(process.execPath, [file], { cwd: projectRoot });
    expect(stdout).toMatch(/items: \[/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

describe("the conformance suite", () => {
  let proxy: HeaderProxy;
  beforeAll(async () => {
    proxy = await startHeaderProxy(worker.url, { authorization: `Bearer ${await session()}` });
  });
  afterAll(() => proxy.close());

  const conformance = (baseline: string, ...args: string[]) =>
    npmProgram("@modelcontextprotocol/conformance/dist/index.js", [
      "server",
      "--url",
      `${proxy.url}/mcp`,
      "--expected-failures",
      join(projectRoot, "test/e2e", baseline),
      "-o",
      home,
      ...args,
    ]);

  test("finds nothing but what is listed as not for this server, by the protocol of 2025", async () => {
    const { code, stdout } = await conformance("mcp-conformance-2025.yml");
    expect([code, code === 0 ? "" : stdout.slice(-1_500)]).toEqual([0, ""]);
    expect(stdout).toMatch(/dns-rebinding-protection: 2 passed, 0 failed/);
  });

  test("nor by that of 2026-07-28", async () => {
    const revision = ["--requirements", "2026-07-28"];
    const { code, stdout } = await conformance("mcp-conformance-2026.yml", ...revision);
    expect([code, code === 0 ? "" : stdout.slice(-1_500)]).toEqual([0, ""]);
    expect(stdout).toMatch(/server-stateless: 24 passed, 4 failed/);
    expect(stdout).toMatch(/http-header-validation: 14 passed, 0 failed/);
    expect(stdout).toMatch(/tools-list: 4 passed, 0 failed/);
  });
});
