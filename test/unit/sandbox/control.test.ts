import { expect, test } from "vitest";
import { faultSchema } from "../../sandbox/fault-input.ts";
import { arrivalInput } from "../../sandbox/graph/mail/arrival.ts";
import { playInput } from "../../sandbox/graph/subscriptions/notification-play.ts";
import { createSandbox } from "../../sandbox/index.ts";
import { defaultSettings, settingsPatch } from "../../sandbox/settings.ts";
import { readmes } from "../../support/readmes.ts";

const readme = readmes.get("test/sandbox/README.md") ?? "";
const [control = ""] = readme.split("\n## Control\n")[1]?.split("\n## ") ?? [];
const rows = [...control.matchAll(/^\| `([^`]+)` *\|(.*)\|$/gm)].map(
  ([, name = "", rest = ""]) => ({ name, rest }),
);
const routeRows = rows.filter(({ name }) => /^[A-Z]+ \//.test(name));
const settingRows = rows.filter(({ name }) => /^[a-z_]+$/.test(name));
const textOf = (name: string) => rows.find((row) => row.name === name)?.rest ?? "";
/** The names of the fields in `{a, b?, c: {d}}`. */
const fieldsIn = (text: string) =>
  [...(/`(\{.*?\})`/.exec(text)?.[1] ?? "").matchAll(/\w+/g)].map(([name]) => name);

test("the README lists each route of the control API once, and no other", async () => {
  const { controls } = await createSandbox();
  const listed = routeRows.map(({ name }) => name.replace(/\?.*$/, ""));
  const served = controls.map(({ method, path }) => `${method} ${path.replace("/_sandbox", "")}`);
  expect(listed.toSorted()).toEqual(served.toSorted());
});

test("the README lists each setting with its default", () => {
  const listed = settingRows.map(({ name, rest }) => [name, /`([^`]*)` *$/.exec(rest)?.[1]]);
  const known = Object.keys(settingsPatch.shape).map((name) => [
    name,
    JSON.stringify(Object.entries(defaultSettings).find(([key]) => key === name)?.[1]),
  ]);
  expect(listed.toSorted()).toEqual(known.toSorted());
});

test("the README lists each field of a fault, of a message and of a play", () => {
  const match = ["match", "url", "method", "grant_type"];
  const respond = ["respond", "status", "headers", "body", "repeat"];
  const others = Object.keys(faultSchema.shape).filter((name) => !/^(match|respond)$/.test(name));
  expect(fieldsIn(textOf("POST /faults")).toSorted()).toEqual(
    [...match, ...respond, ...others].toSorted(),
  );
  expect(fieldsIn(textOf("POST /messages")).toSorted()).toEqual(
    Object.keys(arrivalInput.shape).toSorted(),
  );
  expect(fieldsIn(textOf("POST /notifications")).toSorted()).toEqual(
    Object.keys(playInput.shape).toSorted(),
  );
});

test("the README lists each field of a logged request", async () => {
  const sandbox = await createSandbox({ settings: { chaos: "1", chaos_share: 1 } });
  const ask = (url: string, init?: RequestInit) => sandbox.fetch(new Request(url, init));
  const token = await sandbox.issueAccessToken({ audience: "graph", user: "ada@contoso.example" });
  const headers = { authorization: `Bearer ${token.token}` };
  await ask("https://graph.microsoft.com/v1.0/me", { headers });
  await ask("https://login.microsoftonline.com/common/oauth2/v2.0/token", {
    method: "POST",
    body: new URLSearchParams({ grant_type: "refresh_token", scope: "User.Read" }),
  });
  const answer = await ask("https://graph.microsoft.com/_sandbox/requests");
  const { requests } = (await answer.json()) as { requests: object[] };
  const shown = new Set(requests.flatMap((request) => Object.keys(request)));
  const listed = fieldsIn(textOf("GET /requests?after=")).filter((name) => name !== "requests");
  expect(listed.toSorted()).toEqual([...shown].toSorted());
});

test("a control that does not exist is named", async () => {
  const sandbox = await createSandbox();
  const answer = await sandbox.fetch(new Request("http://localhost:8788/_sandbox/fault"));
  expect([answer.status, await answer.json()]).toEqual([
    404,
    { error: "there is no GET /_sandbox/fault" },
  ]);
});

test.each([
  ["POST", "/revoke", { user: "eve" }, "user: no such user in the sandbox"],
  ["PATCH", "/settings", { secret: true }, 'Unrecognized key: "secret"'],
  [
    "DELETE",
    "/consents",
    { tenant: "x", all: 1 },
    'tenant: no such tenant; Unrecognized key: "all"',
  ],
])("what %s %s refuses of %j is said in one line", async (method, path, body, error) => {
  const { fetch } = await createSandbox();
  const request = new Request(`http://localhost:8788/_sandbox${path}`, {
    method,
    body: JSON.stringify(body),
  });
  const answer = await fetch(request);
  expect([answer.status, await answer.json()]).toEqual([400, { error }]);
});
