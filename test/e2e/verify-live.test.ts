import { execFile } from "node:child_process";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CONTOSO_TENANT, PUBLIC_CLIENT_ID, startSandbox } from "../sandbox/embed.ts";
import type { RunningSandbox } from "../sandbox/embed.ts";
import { projectRoot } from "../support/source-files.ts";

const patience = 120_000;

/** Plays the real Microsoft. */
let microsoft: RunningSandbox;
beforeAll(async () => {
  microsoft = await startSandbox();
});
afterAll(() => microsoft.close());

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

async function verify(
  url: string,
  options: readonly string[] = [],
  environment: Record<string, string> = {},
): Promise<Ended> {
  const at = ["--authority", url, "--graph", `${url}/graph`, "--arm", `${url}/arm`];
  const who = ["--tenant", CONTOSO_TENANT, "--client-id", PUBLIC_CLIENT_ID];
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(projectRoot, "test/live/run.ts"), ...who, ...at, ...options],
      { env: { ...process.env, ...environment } },
      (_, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
    // A person who does what they are told.
    child.stderr?.on("data", (text: string) => {
      const [, code] = /enter (\S+)/.exec(text) ?? [];
      if (code === undefined) return;
      const query = "sandbox_account=ada@contoso.example&sandbox_decision=approve";
      void fetch(`${url}/device?otc=${code}&${query}`);
    });
  });
}

async function tokens(): Promise<Record<string, string>> {
  const names = ["User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite"];
  const scopes = [...names, "Files.ReadWrite", "Tasks.ReadWrite"];
  const user = "ada@contoso.example";
  return {
    LIVE_GRAPH_TOKEN: await microsoft.accessToken({ user, scopes }),
    LIVE_ARM_TOKEN: await microsoft.accessToken({ user, resource: "arm" }),
  };
}

const reportSchema = z.object({
  checks: z.array(
    z.object({
      check: z.string(),
      nothingAt: z.array(z.string()),
      differences: z.array(z.object({ kind: z.string(), at: z.string() })),
    }),
  ),
});

describe("npm run verify-live", () => {
  it(
    "finds no difference between the sandbox and itself, written things included",
    async () => {
      const { status, stdout, stderr } = await verify(microsoft.url, ["--write"], await tokens());
      expect([stdout.match(/^DIFF.*/gm), stderr]).toEqual([null, ""]);
      expect(stdout).toMatch(/^0 differences in \d\d checks, 0 not comparable$/m);
      expect(status).toBe(0);
      // What it made is gone.
      const { LIVE_GRAPH_TOKEN = "" } = await tokens();
      const drafts = await fetch(`${microsoft.url}/graph/v1.0/me/mailFolders/drafts/messages`, {
        headers: { authorization: `Bearer ${LIVE_GRAPH_TOKEN}` },
      });
      expect(await drafts.text()).not.toContain("fidelity check");
    },
    patience,
  );

  it(
    "signs a person in by a device code, for Graph and for Azure",
    async () => {
      const { status, stdout, stderr } = await verify(microsoft.url, [
        "--only",
        "some of a person",
      ]);
      expect([status, stderr]).toEqual([0, expect.stringContaining("enter ")]);
      expect(stdout).toContain("0 differences in 1 checks");
      const azure = await verify(microsoft.url, ["--only", "ARM: subscriptions"]);
      expect(azure.stderr).toMatch(/^Open \S+ and enter \S+\n$/);
      expect([azure.status, azure.stdout]).toEqual([0, expect.stringContaining("0 differences")]);
    },
    patience,
  );

  it(
    "finds three differences where there are three, and tells nothing that was answered",
    async () => {
      const planted = await plant(microsoft.url);
      try {
        const { status, stdout } = await verify(planted.url, ["--json"], await tokens());
        const { checks } = reportSchema.parse(JSON.parse(stdout));
        const found = checks.flatMap(({ check, differences }) =>
          differences.map(({ kind, at }) => [check, kind, at]),
        );
        expect(found).toEqual([
          ["Graph: who is signed in", "missing", "companyName"],
          ["Graph: a file that is none", "status", "status"],
          ["ARM: no version", "header", "x-ms-request-id"],
        ]);
        expect(status).toBe(1);
        expect(stdout).not.toMatch(/ada@|Lovelace|eyJ/);
      } finally {
        planted.close();
      }
    },
    patience,
  );

  it("says what it needs, and asks nothing", async () => {
    const { status, stderr } = await new Promise<Ended>((resolve) => {
      const child = execFile(
        process.execPath,
        [join(projectRoot, "test/live/run.ts"), "--tenant", "contoso.example"],
        (_, stdout, text) => resolve({ status: child.exitCode ?? -1, stdout, stderr: text }),
      );
    });
    expect([status, stderr]).toEqual([2, expect.stringContaining("--client-id")]);
  });
});

/** The same Microsoft, but for a member, a status and a header. */
async function plant(url: string): Promise<{ url: string; close: () => void }> {
  const server = createServer((request, response) => {
    void (async () => {
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece);
      const { host: _, connection: __, ...headers } = request.headers;
      const isBare = request.method === "GET" || request.method === "HEAD";
      const answer = await fetch(`${url}${request.url}`, {
        method: request.method ?? "GET",
        headers: headers as Record<string, string>,
        redirect: "manual",
        ...(!isBare && { body: Buffer.concat(pieces) }),
      });
      const own = Object.fromEntries(answer.headers);
      const { "content-length": ___, "content-encoding": ____, ...sent } = own;
      let [status, text] = [answer.status, (await answer.text()).replaceAll(url, here())];
      if (request.url === "/graph/v1.0/me" && status === 200) {
        text = text.replace("{", '{"companyName":"Contoso",');
      }
      if (request.url?.includes("no-such-file") === true) status = 410;
      if (request.url === "/arm/subscriptions") delete sent["x-ms-request-id"];
      response.writeHead(status, sent).end(text);
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const here = () => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url: here(), close: () => server.close() };
}
