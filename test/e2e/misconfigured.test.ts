import tls from "node:tls";
import { createTestHarness, type TestHarness } from "wrangler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { AzureClient, AzureConnectionCredential } from "../../src/client/index.ts";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { graphSdk, resourcesSdk } from "../support/gateway-sdks.ts";
import { sandboxVariables, startTestWorker, type TestWorker } from "../support/worker.ts";

const root = new URL("../..", import.meta.url).pathname;

let sandbox: SandboxServer;
beforeAll(async () => {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
});
afterAll(() => sandbox.close());

const settled = z.object({ error: z.looseObject({ code: z.string(), message: z.string() }) });
const failingSchema = z.record(
  z.string(),
  z.object({ graph: settled, arm: settled, milliseconds: z.number() }),
);

const setOf = (variables: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, value]],
    ),
  );

/** Asks a sibling of a Worker with these variables. */
type Ask = (route: string, input: object) => Promise<unknown>;
async function withSibling(
  variables: Record<string, string | undefined>,
  work: (ask: Ask) => Promise<void>,
): Promise<void> {
  const harness: TestHarness = createTestHarness({
    root,
    workers: [
      { configPath: "test/support/sibling/wrangler.jsonc" },
      {
        configPath: "wrangler.jsonc",
        vars: setOf({ ...sandboxVariables(sandbox), ...variables }),
        bindingOverrides: { AUTH: "sibling" },
      },
    ],
  });
  try {
    await harness.listen();
    await work(async (route, input) => {
      const body = JSON.stringify({ userId: "ada", ...input });
      const response = await harness.fetch(route, { method: "POST", body });
      const answer: unknown = await response.json();
      return answer;
    });
  } finally {
    await harness.close();
  }
}

/** How the package's clients fail, by every way to a connection. */
const failingClients = async (ask: Ask, binding = "AZURE") => {
  const answer = await ask("/failing-clients", { subscriptionId: CONTOSO_SUBSCRIPTION, binding });
  return z.object({ value: failingSchema }).parse(answer).value;
};

const misconfigured = (variable: string) => ({
  code: "app_misconfigured",
  message: expect.stringContaining(variable),
  details: { variable },
});
const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";

describe("a sibling of a Worker with a variable that is missing or wrong", () => {
  it.each([
    ["AZURE_CLIENT_ID", undefined],
    ["AZURE_REDIRECT_URI", undefined],
    ["AZURE_CLIENT_ID", "no-guid"],
    ["SESSION_SECRET", "short"],
    ["TOKEN_ENCRYPTION_KEYS", "k1:c2hvcnQ="],
    ["AZURE_GRAPH_ENDPOINT", "https://graph.microsoft.com"],
  ])("gets its name at once, whatever it calls: %s %s", (variable, value) =>
    withSibling({ [variable]: value }, async (ask) => {
      const reason = misconfigured(variable);
      const answers = await failingClients(ask);
      expect(Object.keys(answers)).toEqual(["lazy", "awaited", "own"]);
      for (const { graph, arm, milliseconds } of Object.values(answers)) {
        for (const { error } of [graph, arm]) {
          expect(error).toMatchObject({ name: "AzureError", status: 503, ...reason });
        }
        expect(milliseconds).toBeLessThan(2_000);
      }
      for (const method of ["getUser", "beginConnect", "connection"]) {
        const byRpc = await ask("/service", { method, request: { userId: "ada" } });
        expect(byRpc).toMatchObject({ value: { error: { status: 503, ...reason } } });
      }
      const { code, message, details } = reason;
      const error = { code, message, innerError: { code, details } };
      expect(await ask("/marked", { urls: [me, subscriptions] })).toMatchObject({
        value: [
          { status: 503, mark: code, body: { error } },
          { status: 503, mark: code, body: { error } },
        ],
      });
      const byCredential = await ask("/credential", { scope: "https://vault.azure.net/.default" });
      expect(byCredential).toMatchObject({ error: { name: "AzureError", ...reason } });
    }),
  );
});

describe("a sibling whose own configuration is wrong", () => {
  it("gets at once which scope its binding lacks", () =>
    withSibling({}, async (ask) => {
      const answers = await failingClients(ask, "READER");
      for (const { graph, arm, milliseconds } of Object.values(answers)) {
        for (const { error } of [graph, arm]) {
          expect(error).toMatchObject({ code: "forbidden", details: { reason: "missing_scope" } });
        }
        expect(milliseconds).toBeLessThan(2_000);
      }
    }));

  it.each([
    ["is missing", "UNBOUND", "it got none"],
    ["leads to no entrypoint", "FRONT", "it got another entrypoint"],
  ])("gets from azure() that its binding %s", (_, binding, found) =>
    withSibling({}, async (ask) => {
      expect(await ask("/marked", { urls: [me], binding })).toMatchObject({
        value: [
          {
            status: 503,
            mark: "app_misconfigured",
            body: {
              error: {
                code: "app_misconfigured",
                message: expect.stringContaining(found),
                innerError: { details: { reason: "missing_binding" } },
              },
            },
          },
        ],
      });
    }),
  );
});

describe("a server of a Worker with a missing variable", () => {
  const authorities = tls.getCACertificates("default");
  afterAll(() => tls.setDefaultCACertificates(authorities));

  const thrown = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (error: unknown) => error,
    );

  it.each(["AZURE_CLIENT_ID", "AZURE_REDIRECT_URI"])(
    "gets its name by HTTP, by the client, and by Microsoft's SDKs: %s",
    async (variable) => {
      const worker: TestWorker = await startTestWorker({
        variables: { [variable]: undefined },
        misconfigured: true,
      });
      try {
        tls.setDefaultCACertificates([...authorities, worker.certificate.ca]);
        const reason = misconfigured(variable);
        const apiKey = "azk_all_all-secret";
        const options = { baseUrl: worker.url, apiKey, userId: "ada" };
        const ada = new AzureClient(options).connection({ userId: "ada" });
        const credential = new AzureConnectionCredential(options);
        const ours = [
          ada.graph.user(),
          ada.info(),
          credential.getToken("https://a.example/.default"),
        ];
        for (const error of await Promise.all(ours.map(thrown))) {
          expect(error).toMatchObject({ name: "AzureError", status: 503, ...reason });
        }

        const origin = worker.tls.url;
        const headers = { "x-azure-connection": "user:ada" };
        const access = { origin, token: apiKey, headers };
        expect(await thrown(graphSdk(access).api("/me").get())).toMatchObject({
          statusCode: 503,
          code: reason.code,
          message: reason.message,
          body: expect.stringContaining(`"details":{"variable":"${variable}"}`),
        });
        expect(await thrown(resourcesSdk(access).resourceGroups.get("x"))).toMatchObject({
          statusCode: 503,
          code: reason.code,
          message: reason.message,
          details: { error: { additionalInfo: [{ info: { details: reason.details } }] } },
        });
      } finally {
        await worker.close();
      }
    },
  );
});
