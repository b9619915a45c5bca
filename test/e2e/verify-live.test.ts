import { execFile } from "node:child_process";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_TENANT,
  PUBLIC_CLIENT_ID,
  startSandbox,
} from "../sandbox/embed.ts";
import type { RunningSandbox } from "../sandbox/embed.ts";
import { startAltering } from "../support/altering-proxy.ts";
import { projectRoot } from "../support/source-files.ts";

const patience = 120_000;

/** Plays the real Microsoft. */
let microsoft: RunningSandbox;
beforeAll(async () => {
  microsoft = await startSandbox({ settings: { device_code_interval_s: 1 } });
});
afterAll(() => microsoft.close());

interface Ended {
  status: number;
  stdout: string;
  stderr: string;
}

interface Run {
  options?: readonly string[];
  environment?: Record<string, string>;
  clientId?: string;
  input?: string;
}

async function verify(
  url: string,
  { options = [], environment = {}, clientId = PUBLIC_CLIENT_ID, input = "" }: Run = {},
): Promise<Ended> {
  const at = ["--authority", url, "--graph", `${url}/graph`, "--arm", `${url}/arm`];
  return start(["--tenant", CONTOSO_TENANT, "--client-id", clientId, ...at, ...options], {
    environment,
    input,
    // A person who does what they are told.
    onError(text) {
      const [, code] = /enter (\S+)/.exec(text) ?? [];
      if (code === undefined) return;
      const query = "sandbox_account=ada@contoso.example&sandbox_decision=approve";
      void fetch(`${url}/device?otc=${code}&${query}`);
    },
  });
}

async function start(
  options: readonly string[],
  {
    environment = {},
    input = "",
    onError,
  }: Pick<Run, "environment" | "input"> & { onError?: (text: string) => void } = {},
): Promise<Ended> {
  return new Promise((resolve) => {
    const child = execFile(
      process.execPath,
      [join(projectRoot, "test/live/run.ts"), ...options],
      { env: { ...process.env, ...environment } },
      (_, stdout, stderr) => resolve({ status: child.exitCode ?? -1, stdout, stderr }),
    );
    if (onError !== undefined) child.stderr?.on("data", onError);
    child.stdin?.end(input);
  });
}

async function tokens(): Promise<Record<string, string>> {
  const areas = ["Mail", "Calendars", "Contacts", "Tasks"];
  const names = areas.flatMap((area) => [`${area}.Read`, `${area}.ReadWrite`]);
  const scopes = ["User.Read", "Files.Read", ...names];
  const user = "ada@contoso.example";
  return {
    LIVE_GRAPH_TOKEN: await microsoft.accessToken({ user, scopes }),
    LIVE_ARM_TOKEN: await microsoft.accessToken({ user, resource: "arm" }),
  };
}

const about = { check: z.string(), source: z.url() };
const reportSchema = z.object({
  checks: z.array(
    z.discriminatedUnion("outcome", [
      z.object({
        ...about,
        outcome: z.literal("compared"),
        status: z.number(),
        differences: z.array(z.object({ kind: z.string(), at: z.string() })),
      }),
      z.object({
        ...about,
        outcome: z.enum(["could not ask", "stopped"]),
        at: z.string(),
        reason: z.string(),
      }),
    ]),
  ),
});
const resultsIn = (stdout: string) => reportSchema.parse(JSON.parse(stdout)).checks;

/** What lies in Ada's mailbox, deleted things included. */
async function mailboxText(): Promise<string> {
  const { LIVE_GRAPH_TOKEN = "" } = await tokens();
  const lists = ["messages?$top=1000", "mailFolders", "contacts?$top=100", "events", "todo/lists"];
  const pages = lists.map(async (list) => {
    const headers = { authorization: `Bearer ${LIVE_GRAPH_TOKEN}` };
    const answer = await fetch(`${microsoft.url}/graph/v1.0/me/${list}`, { headers });
    return [answer.status, await answer.text()].join(" ");
  });
  return (await Promise.all(pages)).join("\n");
}

describe("npm run verify-live", () => {
  it(
    "finds no difference between the sandbox and itself, written things included",
    async () => {
      const { status, stdout, stderr } = await verify(microsoft.url, {
        options: ["--write"],
        environment: await tokens(),
      });
      expect([stdout.match(/^(?:DIFF|LEFT|STOP|\?).*/gm), stderr]).toEqual([null, ""]);
      expect(stdout).toMatch(/^0 differences in \d\d comparisons$/m);
      expect(status).toBe(0);
      const mailbox = await mailboxText();
      expect(mailbox.match(/^\d+/gm)).toEqual(["200", "200", "200", "200", "200"]);
      expect(mailbox).not.toContain("fidelity check");
    },
    patience,
  );

  it(
    "signs a person in by a device code, for Graph and for Azure, and compares the claims",
    async () => {
      const [{ status, stdout, stderr }, azure] = await Promise.all([
        verify(microsoft.url, { options: ["--only", "of a person"] }),
        verify(microsoft.url, { options: ["--only", "ARM: subscriptions"] }),
      ]);
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^Open \S+ and enter \S+\n$/)]);
      expect(stdout.split("\n")).toEqual([
        "same Entra: a token of a person",
        "same Graph: some of a person",
        "0 differences in 2 comparisons",
        "",
      ]);
      expect(azure.stderr).toMatch(/^Open \S+ and enter \S+\n$/);
      expect([azure.status, azure.stdout]).toEqual([0, expect.stringContaining("0 differences")]);
    },
    patience,
  );

  it(
    "takes the application's secret from standard input, and asks for tokens with it",
    async () => {
      const options = ["--stdin", "--json", "--only", "of the application"];
      const input = `LIVE_CLIENT_SECRET=${CLIENT_SECRET}\n`;
      const [ran, wrong] = await Promise.all([
        verify(microsoft.url, { options, clientId: CLIENT_ID, input }),
        verify(microsoft.url, { options, input: "PASSWORD=x" }),
      ]);
      expect(resultsIn(ran.stdout)).toEqual([
        expect.objectContaining({ check: "Entra: a token of the application", status: 200 }),
        expect.objectContaining({
          check: "Entra: a token of the application by a named scope",
          status: 400,
        }),
      ]);
      expect([ran.status, ran.stderr]).toEqual([0, ""]);
      expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining("line 1")]);
    },
    patience,
  );

  it(
    "finds three differences where there are three, and tells nothing that was answered",
    async () => {
      const planted = await startAltering(microsoft.url, (path, answer) => {
        if (path === "/graph/v1.0/me" && answer.status === 200) {
          answer.text = answer.text.replace("{", '{"companyName":"Contoso",');
        }
        if (path.includes("no-such-file")) answer.status = 410;
        if (path === "/arm/subscriptions") answer.headers.delete("x-ms-request-id");
        return answer;
      });
      try {
        const { status, stdout } = await verify(planted.url, {
          options: ["--json"],
          environment: await tokens(),
        });
        const found = resultsIn(stdout).flatMap((result) => {
          const { check } = result;
          if (result.outcome !== "compared") return [[check, result.outcome, result.at]];
          return result.differences.map(({ kind, at }) => [check, kind, at]);
        });
        expect(found).toEqual([
          ["Graph: who is signed in", "missing", "companyName"],
          ["Graph: a file that is none", "status", "status"],
          ["ARM: no version", "header", "x-ms-request-id"],
        ]);
        expect(status).toBe(1);
        expect(stdout).not.toMatch(/ada@|Lovelace|eyJ/);
      } finally {
        await planted.close();
      }
    },
    patience,
  );

  it(
    "waits where Microsoft is busy, and says what it could not ask and what it left behind",
    async () => {
      let asked = 0;
      const planted = await startAltering(microsoft.url, (path, answer) => {
        if (path.startsWith("/graph/v1.0/me/contacts?") && (asked += 1) === 1) {
          answer.status = 429;
          answer.headers.set("retry-after", "1");
        }
        if (path === "/graph/v1.0/me/mailFolders/inbox") answer.status = 403;
        if (/contacts\/.*\/permanentDelete/.test(path)) answer.status = 403;
        return answer;
      });
      try {
        const environment = await tokens();
        const [contacts, inbox, left] = await Promise.all(
          [
            ["--only", "contacts"],
            ["--only", "the inbox"],
            ["--write", "--only", "a contact"],
          ].map((options) => verify(planted.url, { options, environment })),
        );
        expect([contacts?.status, contacts?.stderr]).toEqual([
          0,
          expect.stringMatching(/^localhost:\d+ answered 429: asking again in 1 s\n$/),
        ]);
        expect([inbox?.status, inbox?.stdout]).toEqual([
          2,
          expect.stringContaining("could not ask microsoft: 403; it needs Mail.ReadBasic"),
        ]);
        expect(left?.stdout).toMatch(
          /^LEFT Graph: a contact: left behind: .+ fidelity check, id \S+: POST to delete it: 403$/m,
        );
        expect([left?.status, left?.stdout]).toEqual([
          1,
          expect.stringContaining("DIFF Graph: a contact, deleted"),
        ]);
      } finally {
        await planted.close();
      }
    },
    patience,
  );

  it(
    "keeps what it found where the connection breaks, and names the check",
    async () => {
      const planted = await startAltering(microsoft.url, (path, answer) =>
        path.startsWith("/graph/v1.0/me/messages?$top=3") ? undefined : answer,
      );
      try {
        const { status, stdout } = await verify(planted.url, {
          options: ["--json"],
          environment: await tokens(),
        });
        const results = resultsIn(stdout);
        expect(results.length).toBeGreaterThan(10);
        expect(results.at(-1)).toMatchObject({
          check: "Graph: mail",
          outcome: "stopped",
          at: "microsoft",
          reason: expect.stringMatching(/^no answer from localhost:\d+: /),
        });
        expect(status).toBe(2);
      } finally {
        await planted.close();
      }
    },
    patience,
  );

  it("says what it needs, and asks nothing", async () => {
    const [{ status, stderr }, nothing] = await Promise.all([
      start(["--tenant", "contoso.example"]),
      verify(microsoft.url, { options: ["--only", "tea"] }),
    ]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("--client-id is missing")]);
    expect([nothing.status, nothing.stderr]).toEqual([2, expect.stringContaining('"tea"')]);
  });
});
