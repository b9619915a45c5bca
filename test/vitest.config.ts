import { cloudflareTest, readD1Migrations } from "@cloudflare/vitest-plugin";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";
import { createSandbox } from "./sandbox/index.ts";
import { internet } from "./support/internet.ts";
import { SimulationProcess } from "./support/simulation-process.ts";
import { workerSecrets } from "./support/secrets.ts";

const simulation = new SimulationProcess();
/** What a schedule comes to in Node; DELETE ends the process that tells it. */
async function simulated(request: Request): Promise<Response> {
  if (request.method !== "DELETE") {
    return new Response(await simulation.trace(await request.text()));
  }
  simulation.close();
  return new Response();
}
const root = new URL("..", import.meta.url).pathname;

/** Begun last, these would run on alone when all others have ended. */
const longest = [
  "integration/model.test.ts",
  "integration/fault-matrix.test.ts",
  "e2e/kills.test.ts",
  "e2e/simulation.test.ts",
];
const isLong = ({ moduleId }: TestSpecification) => longest.some((name) => moduleId.endsWith(name));

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  root,
  test: {
    // The runner and workerd share two cores in CI.
    maxWorkers: 2,
    // One run, also at a terminal; `npm test -- --watch` stays.
    watch: false,
    sequence: { sequencer: LongestFirst },
    coverage: {
      provider: "istanbul",
      include: ["src/**/*.ts"],
      exclude: ["src/worker-configuration.d.ts"],
    },
    projects: [
      {
        // The catalogue and the document are made in Node, from code that names the platform's classes.
        resolve: { alias: { "cloudflare:workers": `${root}test/support/platform-classes.ts` } },
        test: {
          name: "unit",
          include: ["test/unit/**/*.test.ts"],
          server: { deps: { inline: ["@cloudflare/workers-oauth-provider"] } },
          environment: "node",
          // What a unit test needs of time, chance and network is handed to it, so files share a worker,
          // which halves the time.
          pool: "threads",
          isolate: false,
          // Properties try hundreds of inputs, on a machine that may be busy.
          testTimeout: 30_000,
        },
      },
      {
        plugins: [
          // Runs once per test file, so that every file has a sandbox of its own.
          cloudflareTest(async () => {
            const sandbox = await createSandbox();
            return {
              wrangler: { configPath: `${root}wrangler.jsonc` },
              miniflare: {
                bindings: {
                  ...workerSecrets,
                  MIGRATIONS: await readD1Migrations(`${root}src/directory/migrations`),
                  CHAOS_SEED: process.env["CHAOS_SEED"] ?? "1",
                  MODEL: {
                    runs: Number(process.env["MODEL_RUNS"] ?? 100),
                    seed: Number(process.env["MODEL_SEED"] ?? 1),
                  },
                },
                outboundService: "internet",
                workers: [
                  internet((request) =>
                    new URL(request.url).hostname === "simulation.test"
                      ? simulated(request)
                      : sandbox.fetch(request),
                  ),
                ],
              },
            };
          }),
        ],
        test: {
          name: "integration",
          include: ["test/integration/**/*.test.ts"],
          setupFiles: ["test/integration/support/setup.ts"],
          // Simulated hours and hundreds of connections take real seconds on a busy machine.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          environment: "node",
          // Whole programs and a browser are started here, next to whatever else the machine does.
          testTimeout: 120_000,
          hookTimeout: 180_000,
        },
      },
    ],
  },
});
