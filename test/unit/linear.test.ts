import { expect, test } from "vitest";
import { parseApiKey } from "../../src/callers/api-key.ts";
import { callerOf } from "../../src/callers/credential.ts";
import { readProtocols } from "../../src/callers/ticket.ts";
import { AzureClient } from "../../src/client/index.ts";
import { resourceOfScopes } from "../../src/client/sdk-scope.ts";
import { verifyState } from "../../src/connection/grant/authorization-state.ts";
import { withoutEndSlashes } from "../../src/http/link.ts";
import { readReturnUrl } from "../../src/config/return-url.ts";
import { unreadableParameter } from "../../src/front/readable-url.ts";
import type { SessionSecret } from "../../src/platform/keys.ts";

/** Long enough that a reader whose time grows with the square of its text takes many seconds. */
const length = 200_000;
const many = (part: string) => part.repeat(length);

const sessionSecret: SessionSecret = ["a session secret of more than thirty-two bytes"];
const context = { apiKeys: [], sessionSecret, auth: undefined, now: 0 };

test.each<[string, () => unknown]>([
  ["slashes before a letter", () => withoutEndSlashes(`${many("/")}x`)],
  [
    "a base URL of slashes",
    () => new AzureClient({ baseUrl: `https://a/${many("/")}x`, token: "t" }),
  ],
  ["a path of slashes", () => unreadableParameter("/mail/{id}", `https://a/mail/${many("/")}x`)],
  ["a query of ampersands", () => unreadableParameter("/mail", `https://a/mail?${many("&")}%`)],
  ["a query of escapes", () => unreadableParameter("/mail", `https://a/mail?a=${many("%25")}%`)],
  ["a return URL of dots", () => readReturnUrl(`https://a/${many("./")}`, ["https://b"])],
  ["a credential of spaces", () => callerOf(`Bearer${many(" ")}x y`, context)],
  ["a key of underscores", () => parseApiKey(`azk_${many("_")}\n`)],
  ["a state of dots", () => verifyState(sessionSecret, "connect", `${many("a.")}!`)],
  ["protocols of commas", () => readProtocols(`${many(",")}ticket.x`)],
  ["scopes of spaces", () => resourceOfScopes(`${many(" ")}https://vault.azure.net/x`)],
])("%s are read in time that grows with their length", async (_, read) => {
  const began = performance.now();
  await read();
  expect(performance.now() - began).toBeLessThan(2_000);
});
