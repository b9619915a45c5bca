import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test("random schedules reach most of the connection", async () => {
  const { failure } = await campaign({
    runs: Number(process.env["SIMULATION_RUNS"] ?? 3_000),
    seed: Number(process.env["SIMULATION_SEED"] ?? 1),
  });
  expect(failure).toBeUndefined();
});
