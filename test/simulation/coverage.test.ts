import { expect, test } from "vitest";
import { campaign } from "./campaign.ts";

test.each(["users", "tenants", "watches"] as const)(
  "random schedules of %s reach most of the connection",
  async (of) => {
    const { failure } = await campaign({
      runs: Number(process.env["SIMULATION_RUNS"] ?? 10_000),
      seed: Number(process.env["SIMULATION_SEED"] ?? 1),
      of,
    });
    expect(failure).toBeUndefined();
  },
);
