import { expect, test } from "vitest";
import { looksLikeMcpToken } from "../../../src/callers/mcp-token-form.ts";

const grant = "g".repeat(16);
const secret = "s".repeat(32);

test.each([
  [`ada:${grant}:${secret}`, true],
  [`a|b@c.d~e+f=g-h_i:${"-_".repeat(8)}:${"-_".repeat(16)}`, true],
  [`ada:${grant}:${secret}:more`, false],
  [`ada:${grant}:${secret}x`, false],
  [`ada:short:${secret}`, false],
  [`:${grant}:${secret}`, false],
  [`${"a".repeat(129)}:${grant}:${secret}`, false],
  [`a b:${grant}:${secret}`, false],
  ["azk_all_all-secret", false],
  ["a:b:c", false],
  ["", false],
])("whether %j has the form of an MCP token: %s", (token, expected) => {
  expect(looksLikeMcpToken(token)).toBe(expected);
});
