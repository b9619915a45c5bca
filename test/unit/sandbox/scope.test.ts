import { describe, expect, test } from "vitest";
import { echoedScope, parseScope } from "../../sandbox/entra/scope.ts";

function parsed(text: string) {
  const outcome = parseScope(text);
  if (!outcome.ok) return outcome.error.code;
  return outcome.value.resources.map(({ resource, uri, permissions, isDefault }) => [
    resource.audience,
    uri,
    isDefault ? ".default" : permissions.join(" "),
  ]);
}

const graph = "https://graph.microsoft.com";
const arm = "https://management.azure.com";

describe("a scope parameter", () => {
  const cases: [text: string, expected: unknown][] = [
    ["openid profile offline_access", []],
    ["User.Read openid", [["graph", graph, "User.Read"]]],
    ["user.read USER.READ", [["graph", graph, "User.Read"]]],
    [
      `Mail.Read ${graph}/User.Read ${arm}/user_impersonation`,
      [
        ["graph", graph, "Mail.Read User.Read"],
        ["arm", arm, "user_impersonation"],
      ],
    ],
    [`${arm}/.default offline_access`, [["arm", arm, ".default"]]],
    // The slash before the last belongs to the URI, and so to `aud`.
    [
      "https://management.core.windows.net//.default",
      [["arm", "https://management.core.windows.net/", ".default"]],
    ],
    [
      "797f4846-ba00-4fd7-ba43-dac1f8f63013/.default",
      [["arm", "797f4846-ba00-4fd7-ba43-dac1f8f63013", ".default"]],
    ],
    [`${graph}/.default Mail.Read`, 70011],
    [`${graph}/.default ${arm}/user_impersonation`, 70011],
    [`${graph}/.default Mail.Devour`, 70011],
  ];
  test.each(cases)("%s", (text, expected) => {
    expect(parsed(text)).toEqual(expected);
  });
});

describe("what a scope parameter names in vain", () => {
  const cases: [text: string, unknown: string[], strangers: string[]][] = [
    ["User.Read Mail.Devour", ["Mail.Devour"], []],
    [`${arm}/user_impersonation2 ${arm}/user_impersonation`, ["user_impersonation2"], []],
    ["api://nobody/access User.Read", [], ["api://nobody"]],
    ["https://evil.example/.default mailread", ["mailread"], ["https://evil.example"]],
  ];
  test.each(cases)("%s", (text, unknown, strangers) => {
    const outcome = parseScope(text);
    const found = outcome.ok ? outcome.value : undefined;
    expect(found?.resources.flatMap((asked) => asked.unknown)).toEqual(unknown);
    expect(found?.strangers).toEqual(strangers);
  });
});

describe("the scope of an answer", () => {
  const cases: [text: string, granted: string[], echoed: string][] = [
    ["openid profile offline_access User.Read", ["User.Read"], "User.Read profile openid"],
    [
      `openid offline_access ${arm}/user_impersonation`,
      ["user_impersonation"],
      `${arm}/user_impersonation`,
    ],
    [`openid ${arm}/.default`, ["user_impersonation"], `${arm}/user_impersonation ${arm}/.default`],
  ];
  test.each(cases)("to %s", (text, granted, echoed) => {
    const outcome = parseScope(text);
    const [asked] = outcome.ok ? outcome.value.resources : [];
    const openid = outcome.ok ? outcome.value.openid : new Set<string>();
    expect(asked && echoedScope(asked, granted, openid)).toBe(echoed);
  });
});
