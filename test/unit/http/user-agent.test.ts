import { expect, it } from "vitest";
import manifest from "../../../package.json" with { type: "json" };
import { userAgent } from "../../../src/http/user-agent.ts";

it("names this package and its version", () => {
  expect(userAgent).toBe(`${manifest.name}/${manifest.version}`);
});
