import { describe, expect, test } from "vitest";
import { ok } from "../../../src/contract/result.ts";
import type { Check } from "../../live/check.ts";
import { fixed } from "../../live/check.ts";
import type { Result } from "../../live/result.ts";
import { runChecks } from "../../live/run-checks.ts";
import type { Network } from "../../live/send.ts";
import type { Side } from "../../live/side.ts";

const side = (name: Side["name"]): Side => ({
  name,
  authority: `https://login.${name}.example`,
  graph: `https://graph.${name}.example`,
  arm: `https://arm.${name}.example`,
  tenant: "contoso.example",
  clientId: "client",
  signIn: () => Promise.resolve({ ok: false, error: "no sign-in: access_denied" }),
  tokenOf: () => Promise.resolve(ok("token")),
});

type Script = Record<string, Response | Error>;

/** Answers by `METHOD path`, of each side; what no script has is `{}`. */
async function run(
  checks: readonly Check[],
  scripts: { microsoft?: Script; sandbox?: Script },
): Promise<Result[]> {
  const network: Network = {
    async fetch(url, { method }) {
      const { hostname, pathname, search } = new URL(url);
      const script = hostname.includes("microsoft") ? scripts.microsoft : scripts.sandbox;
      const answer = script?.[`${method} ${pathname}${search}`] ?? Response.json({});
      if (answer instanceof Error) throw answer;
      return answer.clone();
    },
    now: () => 0,
    wait: () => Promise.resolve(),
    say: () => undefined,
  };
  const sides = { microsoft: side("microsoft"), sandbox: side("sandbox") };
  const results: Result[] = [];
  for await (const result of runChecks(checks, sides, network)) results.push(result);
  return results;
}

const refusal = (status: number, code: string) => Response.json({ error: { code } }, { status });
const gone = () => new Response(null, { status: 204 });

const source = "https://learn.microsoft.com/graph/api/message-get";
const message = fixed("graph", "a message", source, { path: "/v1.0/me/messages/x" });
const next = fixed("graph", "next", source, { path: "/v1.0/next" });
const first: Check = {
  ...message,
  about: [() => ({ path: "/v1.0/me/messages", member: "id" })],
  question: (id) => ({ path: `/v1.0/me/messages/${id}` }),
};

describe("A question that only Microsoft refuses", () => {
  test.each([
    [401, "InvalidAuthenticationToken", "401 InvalidAuthenticationToken"],
    [403, "ErrorAccessDenied", "403 ErrorAccessDenied; it needs Mail.Read"],
  ])("by %i could not be asked, and the next one is", async (status, code, reason) => {
    const denied = { "GET /v1.0/me/messages/x": refusal(status, code) };
    expect(await run([message, next], { microsoft: denied })).toEqual([
      {
        check: "a message",
        source,
        outcome: "could not ask",
        at: "microsoft",
        reason,
      },
      expect.objectContaining({ check: "next", outcome: "compared", differences: [] }),
    ]);
  });

  test("differs where it brought no good token", async () => {
    const check = fixed("graph", "no token", source, { path: "/v1.0/me", token: "none" });
    const denied = { "GET /v1.0/me": refusal(401, "InvalidAuthenticationToken") };
    expect(await run([check], { microsoft: denied })).toEqual([
      expect.objectContaining({ differences: [expect.objectContaining({ kind: "status" })] }),
    ]);
  });

  test("differs where the refusal is another one", async () => {
    const found = await run([message], {
      microsoft: { "GET /v1.0/me/messages/x": refusal(404, "ErrorItemNotFound") },
    });
    expect(found).toEqual([
      expect.objectContaining({ differences: [expect.objectContaining({ kind: "status" })] }),
    ]);
  });
});

test("what both sides refuse is compared", async () => {
  const found = await run([message], {
    microsoft: { "GET /v1.0/me/messages/x": refusal(403, "ErrorAccessDenied") },
    sandbox: { "GET /v1.0/me/messages/x": refusal(403, "Denied") },
  });
  expect(found).toEqual([
    expect.objectContaining({
      status: 403,
      differences: [
        { kind: "code", at: "error", microsoft: "ErrorAccessDenied", sandbox: "Denied" },
      ],
    }),
  ]);
});

test("what only the sandbox refuses differs", async () => {
  const found = await run([message], {
    sandbox: { "GET /v1.0/me/messages/x": refusal(403, "ErrorAccessDenied") },
  });
  expect(found).toEqual([
    expect.objectContaining({ differences: [expect.objectContaining({ kind: "status" })] }),
  ]);
});

test.each(["microsoft", "sandbox"] as const)(
  "%s that stays busy could not be asked",
  async (at) => {
    const busy = { "GET /v1.0/me/messages/x": refusal(429, "TooManyRequests") };
    expect(await run([message], { [at]: busy })).toEqual([
      expect.objectContaining({
        outcome: "could not ask",
        at,
        reason: "429 TooManyRequests, asked four times",
      }),
    ]);
  },
);

describe("A question about the first item of a list", () => {
  test("has nothing to ask about where the list is empty", async () => {
    const empty = { "GET /v1.0/me/messages": Response.json({ value: [] }) };
    const one = { "GET /v1.0/me/messages": Response.json({ value: [{ id: "x" }] }) };
    const nothing = { check: "a message", source, outcome: "nothing to ask about" };
    expect(await run([first], { microsoft: empty, sandbox: one })).toEqual([
      { ...nothing, at: ["microsoft"] },
    ]);
    expect(await run([first], { microsoft: empty, sandbox: empty })).toEqual([
      { ...nothing, at: ["microsoft", "sandbox"] },
    ]);
  });

  test("could not be asked where the list is refused", async () => {
    const denied = { "GET /v1.0/me/messages": refusal(403, "ErrorAccessDenied") };
    const one = { "GET /v1.0/me/messages": Response.json({ value: [{ id: "x" }] }) };
    expect(await run([first], { microsoft: denied, sandbox: one })).toEqual([
      expect.objectContaining({
        outcome: "could not ask",
        reason: "403 ErrorAccessDenied; it needs Mail.ReadBasic or Mail.ReadWrite",
      }),
    ]);
  });
});

describe("Where no answer comes", () => {
  test("the run stops at that check, and what came before stays", async () => {
    const broken = { "GET /v1.0/next": new Error("read ECONNRESET") };
    expect(await run([message, next, message], { microsoft: broken })).toEqual([
      expect.objectContaining({ check: "a message", outcome: "compared" }),
      {
        check: "next",
        source,
        outcome: "stopped",
        at: "microsoft",
        reason: "no answer from graph.microsoft.example: read ECONNRESET",
      },
    ]);
  });

  test("of a sign-in, the run stops too", async () => {
    const check = fixed("entra", "a sign-in", source, { signIn: "graph" });
    expect(await run([check, next], {})).toEqual([
      expect.objectContaining({ outcome: "stopped", reason: "no sign-in: access_denied" }),
    ]);
  });
});

describe("What a check makes", () => {
  const draft: Check = {
    ...message,
    name: "a draft",
    question: () => ({ method: "POST", path: "/v1.0/me/messages", body: {} }),
    makes: {
      called: "a mark",
      undo: (id) => ({ method: "POST", path: `/v1.0/me/messages/${id}/permanentDelete` }),
    },
  };
  const created = () => Response.json({ id: "x" }, { status: 201 });
  const made = { "POST /v1.0/me/messages": created() };
  const deletion = "POST /v1.0/me/messages/x/permanentDelete";
  const well = { ...made, [deletion]: gone() };
  const left = {
    check: "a draft",
    source,
    outcome: "left behind",
    what: "a mark",
  };

  test("is deleted, and the answers to that are compared too", async () => {
    expect(
      await run([draft], { microsoft: well, sandbox: { ...made, [deletion]: created() } }),
    ).toEqual([
      expect.objectContaining({ check: "a draft", differences: [] }),
      expect.objectContaining({
        check: "a draft, deleted",
        differences: [{ kind: "status", at: "status", microsoft: "204", sandbox: "201" }],
      }),
    ]);
  });

  test("is left behind where it is not deleted, by its id", async () => {
    const kept = { ...made, [deletion]: refusal(403, "ErrorAccessDenied") };
    expect((await run([draft], { microsoft: kept, sandbox: well }))[0]).toEqual({
      ...left,
      id: "x",
      reason: "POST to delete it: 403 ErrorAccessDenied",
    });
  });

  test("is left behind where the answer has no id", async () => {
    const nameless = { "POST /v1.0/me/messages": Response.json({}, { status: 201 }) };
    expect((await run([draft], { microsoft: nameless, sandbox: well }))[0]).toEqual({
      ...left,
      reason: "the answer has no id",
    });
  });

  test("may be left behind where no answer came, before the run stops", async () => {
    const lost = { "POST /v1.0/me/messages": new Error("reset") };
    expect(await run([draft, next], { microsoft: lost, sandbox: well })).toEqual([
      { ...left, reason: "no answer came, so it may be there" },
      expect.objectContaining({ outcome: "stopped" }),
    ]);
    const undeleted = { ...made, [deletion]: new Error("reset") };
    expect(await run([draft, next], { microsoft: undeleted, sandbox: well })).toEqual([
      { ...left, id: "x", reason: "POST to delete it: no answer came" },
      expect.objectContaining({ outcome: "stopped" }),
    ]);
  });

  test("is nothing where it was refused", async () => {
    const denied = { "POST /v1.0/me/messages": refusal(400, "ErrorInvalid") };
    expect(await run([draft], { microsoft: denied, sandbox: denied })).toEqual([
      expect.objectContaining({ outcome: "compared", status: 400, differences: [] }),
    ]);
  });
});
