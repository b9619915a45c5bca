import { describe, expect, test } from "vitest";
import type { ConnectionStatus } from "../../../src/contract/connection-info.ts";
import type { Finding } from "../../../src/platform/log.ts";
import { findingOf } from "../../../src/watchdog/watchdog-policy.ts";
import { failure } from "../../../src/contract/errors.ts";
import { err, ok } from "../../../src/contract/result.ts";

const info = (status: ConnectionStatus) => ok({ status });
const gone = err(failure("not_found", "Nobody."));

describe("findingOf", () => {
  const findings: [string, ConnectionStatus, Parameters<typeof findingOf>[1], Finding][] = [
    ["a connection that answers lives", "active", info("active"), "answered"],
    ["so does one that waits for its user", "degraded", info("action_required"), "answered"],
    ["so does one that was ended meanwhile", "active", info("disconnected"), "answered"],
    ["so does a sign-in that is open", "pending", info("pending"), "answered"],
    ["one that nobody knows although its row does is lost", "active", gone, "lost"],
    ["it is lost too when it waited for its user", "action_required", gone, "lost"],
    ["it stays lost while a new sign-in is open", "active", info("pending"), "lost"],
    ["a sign-in whose object is gone was abandoned", "pending", gone, "abandoned"],
    ["no answer says nothing", "active", undefined, "unreachable"],
    ["nor about a sign-in", "pending", undefined, "unreachable"],
    [
      "an error is no answer",
      "active",
      err(failure("internal_error", "Something went wrong.")),
      "unreachable",
    ],
  ];
  test.each(findings)("%s", (_name, status, answer, expected) => {
    const entry = {
      connection_id: "user:ada",
      status,
      version: 1,
      next_contact_at: "2026-01-01T00:00:00.000Z",
    };
    expect(findingOf(entry, answer)).toBe(expected);
  });
});
