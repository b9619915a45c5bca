import { expect, it } from "vitest";
import { name, version } from "../../../package.json";
import { userAgent } from "../../../src/http/user-agent.ts";

it("names the package and its version", () => {
  expect(userAgent).toBe(`${name}/${version}`);
});
