import { describe, expect, it } from "vitest";
import { pollDelay, pollGoesOn } from "../../../src/arm/poll-policy.ts";
import type { ErrorReason } from "../../../src/contract/error-reason.ts";
import { type ErrorCode, failure } from "../../../src/contract/errors.ts";

describe("pollDelay", () => {
  it.each<[number | undefined, number, number]>([
    [undefined, 0, 2],
    [undefined, 2, 8],
    [undefined, 9, 60],
    [15, 0, 15],
    [0, 0, 0],
    [0, 4, 1],
    [0.2, 1, 1],
    [3600, 0, 600],
  ])("after Retry-After %s and %i polls waits %i seconds", (retryAfter, polls, seconds) => {
    expect(pollDelay(retryAfter, polls)).toBe(seconds);
  });
});

describe("pollGoesOn", () => {
  it.each<[ErrorCode, ErrorReason | undefined, boolean]>([
    ["throttled", undefined, true],
    ["upstream_unavailable", undefined, true],
    ["upstream_timeout", undefined, true],
    ["upstream_error", undefined, true],
    ["upstream_error", "foreign_link", false],
    ["upstream_error", "operation_ended", false],
    ["not_found", undefined, false],
    ["conflict", undefined, false],
    ["action_required", undefined, false],
  ])("says of %s (%s): %s", (code, reason, expected) => {
    const details = reason === undefined ? {} : { details: { reason } };
    expect(pollGoesOn(failure(code, "…", details))).toBe(expected);
  });
});
