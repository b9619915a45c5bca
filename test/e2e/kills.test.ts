import { expect, it } from "vitest";
import { runCampaign } from "../kills/campaign.ts";

/** Milliseconds: five starts, on a machine that may be busy. */
const patience = 400_000;

it(
  "keeps all it has answered, and comes to rest again, however often it is killed at work",
  async () => {
    const report = await runCampaign({ kills: 5, seed: "short" });
    expect(report.faults).toEqual([]);
    expect(report.kills).toBe(5);
  },
  patience,
);
