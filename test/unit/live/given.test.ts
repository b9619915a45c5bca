import { expect, test } from "vitest";
import { readGiven } from "../../live/given.ts";

test("tokens and a secret come from the environment, and from lines, which win", () => {
  const environment = { LIVE_GRAPH_TOKEN: "old", LIVE_ARM_TOKEN: "arm", LIVE_CLIENT_SECRET: "" };
  expect(readGiven(environment, "LIVE_GRAPH_TOKEN=new\n\nLIVE_CLIENT_SECRET=a=b\r\n")).toEqual({
    ok: true,
    value: { tokens: { graph: "new", arm: "arm" }, secret: "a=b" },
  });
  expect(readGiven({}, "")).toEqual({ ok: true, value: { tokens: {} } });
});

test("a line that names something else is refused by its number, and not shown", () => {
  const read = readGiven({}, "LIVE_ARM_TOKEN=x\neyJhbGciOi");
  expect(read).toEqual({ ok: false, error: expect.stringContaining("standard input, line 2:") });
  expect(JSON.stringify(read)).not.toContain("eyJ");
});
