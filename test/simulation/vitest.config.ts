import { defineConfig } from "vitest/config";

/** What the simulation alone reaches of the connection: `npm run simulate -- --coverage`. */
export default defineConfig({
  root: new URL("../..", import.meta.url).pathname,
  resolve: {
    alias: { "cloudflare:workers": new URL("platform/workers.ts", import.meta.url).pathname },
  },
  test: {
    include: ["test/simulation/coverage.test.ts"],
    environment: "node",
    testTimeout: 3_600_000,
    server: { deps: { inline: ["partyserver"] } },
    coverage: {
      enabled: true,
      provider: "istanbul",
      include: ["src/connection/**/*.ts"],
      // What callers have in the object's place: no object runs it.
      exclude: ["namespace", "placement", "stub"].map((name) => `src/connection/${name}.ts`),
      reporter: [["text", { maxCols: 200 }], "json"],
      reportsDirectory: "coverage/simulation",
      thresholds: { branches: 90 },
      reportOnFailure: true,
    },
  },
});
