import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { connectionHash } from "../../../src/platform/connection-hash.ts";

test.each([
  "user:demo",
  "user:ada@contoso.example:work",
  "tenant:aaaaaaaa-0000-4000-8000-00000000000a",
])("the hash of %s is what an operator computes at a shell", (id) => {
  const shell = `printf '%s' "$1" | sha256sum | cut -c1-16`;
  const told = execFileSync("sh", ["-c", shell, "sh", id], { encoding: "utf8" });
  expect(connectionHash(id)).toBe(told.trim());
});
