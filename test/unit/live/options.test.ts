import { expect, test } from "vitest";
import { readOptions } from "../../live/options.ts";

const needed = ["--tenant", "contoso.example", "--client-id", "c"];

test("what is not said is the global cloud, read only", () => {
  expect(readOptions(needed)).toEqual({
    ok: true,
    value: {
      tenant: "contoso.example",
      clientId: "c",
      writes: false,
      json: false,
      only: "",
      stdin: false,
      authority: "https://login.microsoftonline.com",
      graph: "https://graph.microsoft.com",
      arm: "https://management.azure.com",
    },
  });
});

test("addresses end without a slash", () => {
  const read = readOptions([...needed, "--graph", "https://graph.example/"]);
  expect(read).toMatchObject({ ok: true, value: { graph: "https://graph.example" } });
});

test.each([
  [["--client-id", "c"], "--tenant is missing"],
  [["--tenant", "t"], "--client-id is missing"],
  [[...needed, "--graph", "graph.example"], '--graph is "graph.example"; expected a URL'],
  [[...needed, "--arm=ftp://arm.example"], '--arm is "ftp://arm.example"; expected a URL'],
  [[...needed, "--wirte"], "Unknown option '--wirte'"],
])("%j are refused by name", (args, words) => {
  expect(readOptions(args)).toEqual({ ok: false, error: expect.stringContaining(words) });
});

test("help is given whatever is missing", () => {
  expect(readOptions(["--help"])).toEqual({ ok: true, value: "help" });
});
