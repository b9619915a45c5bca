import { describe, expect, test } from "vitest";
import type { DirectoryCount } from "../../../src/directory/census.ts";
import { summarize } from "../../../src/operations/app-health.ts";

const group = (
  status: DirectoryCount["status"],
  remedyAction: DirectoryCount["remedyAction"],
  connections: number,
  since = "2026-01-01T00:00:00.000Z",
): DirectoryCount => ({ status, remedyAction, connections, since });

describe("summarize", () => {
  test("counts nothing in an empty directory", () => {
    expect(summarize([])).toEqual({
      total: 0,
      waiting: 0,
      waiting_since: null,
      by_status: { pending: 0, active: 0, degraded: 0, action_required: 0, disconnected: 0 },
      by_remedy: {},
    });
  });

  test("adds up by status and by remedy, and finds the first that waits for the application", () => {
    expect(
      summarize([
        group("active", null, 10),
        group("active", "fix_app", 3, "2026-03-01T00:00:00.000Z"),
        group("degraded", "fix_app", 1, "2026-02-01T00:00:00.000Z"),
        group("action_required", "sign_in", 2),
        group("action_required", "consent", 4),
      ]),
    ).toEqual({
      total: 20,
      waiting: 4,
      waiting_since: "2026-02-01T00:00:00.000Z",
      by_status: { pending: 0, active: 13, degraded: 1, action_required: 6, disconnected: 0 },
      by_remedy: { fix_app: 4, sign_in: 2, consent: 4 },
    });
  });
});
