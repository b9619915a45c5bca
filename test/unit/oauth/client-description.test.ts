import type { ConsentDescription } from "@cloudflare/workers-oauth-provider";
import { expect, test } from "vitest";
import { clientDescription } from "../../../src/oauth/client-description.ts";

const consent: ConsentDescription = {
  clientId: "c1",
  clientName: "Claude",
  redirectUri: "https://claude.example/callback",
  redirectHost: "claude.example",
  redirectIsLoopback: false,
  scope: [],
};

test.each([
  ["Claude", "Claude"],
  ["  Cla\nude\t ", "Claude"],
  ["Cla  ude", "Cla ude"],
  ["\u202eedualC\u202c", "edualC"],
  ["Cl\u200bau\u0000de", "Claude"],
  ["\u202e\u0000", "c1"],
  ["", "c1"],
  ["x".repeat(81), `${"x".repeat(80)}…`],
  ["<b>Claude</b>", "<b>Claude</b>"],
])("a client that calls itself %j is shown as %j", (clientName, shown) => {
  expect(clientDescription({ ...consent, clientName }).name).toBe(shown);
});

test("the host that published a client is shown where there is one", () => {
  expect(clientDescription(consent)).not.toHaveProperty("domain");
  expect(clientDescription({ ...consent, clientDomain: "claude.example" })).toMatchObject({
    domain: "claude.example",
    redirectHost: "claude.example",
    isLocal: false,
  });
});
