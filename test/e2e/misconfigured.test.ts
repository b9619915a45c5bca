import { createTestHarness, type TestHarness } from "wrangler";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { sandboxVariables } from "../support/worker.ts";

const root = new URL("../..", import.meta.url).pathname;

let sandbox: SandboxServer;
beforeAll(async () => {
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  sandbox = await startSandboxServer({ port: 0, httpsPort: 0 });
});
afterAll(() => sandbox.close());

const settled = z.object({ error: z.looseObject({ code: z.string(), message: z.string() }) });
const answersSchema = z.object({
  value: z.record(z.string(), z.object({ graph: settled, arm: settled, milliseconds: z.number() })),
});

/** How the package's clients fail in a sibling of a Worker with these variables. */
async function failingClients(variables: Record<string, string>, binding = "AZURE") {
  const harness: TestHarness = createTestHarness({
    root,
    workers: [
      { configPath: "test/support/sibling/wrangler.jsonc" },
      {
        configPath: "wrangler.jsonc",
        vars: { ...sandboxVariables(sandbox), ...variables },
        bindingOverrides: { AUTH: "sibling" },
      },
    ],
  });
  try {
    await harness.listen();
    const response = await harness.fetch("/failing-clients", {
      method: "POST",
      body: JSON.stringify({ userId: "ada", subscriptionId: CONTOSO_SUBSCRIPTION, binding }),
    });
    return answersSchema.parse(await response.json()).value;
  } finally {
    await harness.close();
  }
}

describe("a sibling's GraphClient and ArmClient, whatever way they have to the connection", () => {
  it.each([
    ["SESSION_SECRET", "short"],
    ["AZURE_CLIENT_ID", "no-guid"],
    ["TOKEN_ENCRYPTION_KEYS", "k1:c2hvcnQ="],
    ["AZURE_GRAPH_ENDPOINT", "https://graph.microsoft.com"],
  ])("say at once that the Worker's %s is wrong", async (variable, value) => {
    const answers = await failingClients({ [variable]: value });
    expect(Object.keys(answers)).toEqual(["lazy", "awaited", "own"]);
    for (const { graph, arm, milliseconds } of Object.values(answers)) {
      for (const { error } of [graph, arm]) {
        expect(error).toMatchObject({
          name: "AzureError",
          code: "app_misconfigured",
          status: 503,
          details: { variable },
          message: expect.stringContaining(variable),
        });
      }
      expect(milliseconds).toBeLessThan(2_000);
    }
  });

  it("say at once which scope the binding lacks", async () => {
    const answers = await failingClients({}, "READER");
    for (const { graph, arm, milliseconds } of Object.values(answers)) {
      for (const { error } of [graph, arm]) {
        expect(error).toMatchObject({ code: "forbidden", details: { reason: "missing_scope" } });
      }
      expect(milliseconds).toBeLessThan(2_000);
    }
  });
});
