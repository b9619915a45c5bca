import { describe, expect, it, test } from "vitest";
import { consoleOf, type ConsoleValues } from "../../../src/config/console.ts";

const tenant = "aaaaaaaa-0000-4000-8000-00000000000a";
const access = { ACCESS_TEAM: "acme", ACCESS_AUD: "4714c1" };

const waysOf = (values: ConsoleValues, sandbox = false) => {
  const read = consoleOf(values, sandbox);
  if (!read.ok) throw new Error(read.error.message);
  return read.value?.ways;
};
const refusalOf = (values: ConsoleValues, sandbox = false) => {
  const read = consoleOf(values, sandbox);
  return read.ok ? undefined : read.error.variable;
};

describe("the console", () => {
  test.each<[string, ConsoleValues, boolean, string[] | undefined]>([
    ["is off by default", {}, false, undefined],
    ["is off whatever else is set", { CONSOLE_TENANT_ID: tenant, ...access }, false, undefined],
    ["is on in the sandbox, by its key", {}, true, ["api_key"]],
    ["can be off in the sandbox", { CONSOLE: "off" }, true, undefined],
    ["takes a tenant", { CONSOLE: "on", CONSOLE_TENANT_ID: tenant }, false, ["microsoft"]],
    ["takes Access", { CONSOLE: "on", ...access }, false, ["access"]],
    [
      "takes keys where told to",
      { CONSOLE: "on", CONSOLE_API_KEY_SIGN_IN: "on" },
      false,
      ["api_key"],
    ],
    [
      "takes all of them",
      { CONSOLE_TENANT_ID: tenant, ...access },
      true,
      ["access", "microsoft", "api_key"],
    ],
  ])("%s", (_, values, sandbox, ways) => {
    expect(waysOf(values, sandbox)).toEqual(ways);
  });

  test.each<[string, ConsoleValues, string]>([
    ["no way in", { CONSOLE: "on" }, "CONSOLE_TENANT_ID"],
    ["Access without its audience", { CONSOLE: "on", ACCESS_TEAM: "acme" }, "ACCESS_AUD"],
    ["Access without its team", { CONSOLE: "on", ACCESS_AUD: "4714c1" }, "ACCESS_TEAM"],
    [
      "a team that is an address",
      { CONSOLE: "on", ...access, ACCESS_TEAM: "https://evil.example" },
      "ACCESS_TEAM",
    ],
    [
      "a team on this machine",
      { CONSOLE: "on", ...access, ACCESS_TEAM: "http://localhost:1" },
      "ACCESS_TEAM",
    ],
  ])("is refused with %s", (_, values, variable) => {
    expect(refusalOf(values)).toBe(variable);
  });

  it("reads the team's origin by its name, and one of this machine in the sandbox alone", () => {
    const read = consoleOf({ CONSOLE: "on", ...access }, false);
    expect(read.ok && read.value?.access).toEqual({
      team: "https://acme.cloudflareaccess.com",
      audience: "4714c1",
    });
    expect(refusalOf({ ...access, ACCESS_TEAM: "http://localhost:4711" }, true)).toBeUndefined();
  });

  it("lets administrators send requests only where told to", () => {
    const runner = (values: ConsoleValues) => {
      const read = consoleOf(values, true);
      return read.ok && read.value?.runner;
    };
    expect([
      runner({}),
      runner({ CONSOLE_RUNNER: "off" }),
      runner({ CONSOLE_RUNNER: "on" }),
    ]).toEqual([false, false, true]);
  });

  it("knows its administrators in any case", () => {
    const read = consoleOf(
      { CONSOLE: "on", ...access, CONSOLE_ADMINS: "Ada@Contoso.example, ,b@x.y" },
      false,
    );
    expect(read.ok && [...(read.value?.admins ?? [])]).toEqual(["ada@contoso.example", "b@x.y"]);
  });
});
