import { describe, expect, test } from "vitest";
import { recordFailure, stepUpFailure } from "../../../../src/connection/tokens/refresh-failure.ts";
import {
  answerFailure,
  ownFailure,
  type TokenFailure,
} from "../../../../src/entra/token-failure.ts";
import { elsewhere, home, signedInConnection, start } from "../support/connection.ts";

const publicOrigin = "https://azure.example";
const graph = { resource: "graph", tenantId: home };
const minute = 60_000;

/** What Entra answers with an AADSTS code. */
const refused = (code: number, more: object = {}): TokenFailure =>
  answerFailure(
    {
      status: 400,
      headers: new Headers({ "x-ms-request-id": "11111111-2222-4333-8444-555555555555" }),
      text: JSON.stringify({ error: "invalid_grant", error_codes: [code], ...more }),
    },
    start,
  );

/** A signed-in connection whose token POSTs fail one after the other, a minute apart. */
function failing(...causes: readonly (TokenFailure | [TokenFailure, typeof graph])[]) {
  const { state, events } = signedInConnection();
  const failures = causes.map((one, index) => {
    const [cause, key] = Array.isArray(one) ? one : [one, graph];
    state.tokens.putIntent(key, 1, start);
    return recordFailure(state, key, cause, {
      now: start + index * minute,
      random: 0.5,
      fingerprint: "f",
      publicOrigin,
      endsIntent: true,
    });
  });
  return { state, events, failures, types: events.map(({ type }) => type) };
}

test.each([
  ["network", ownFailure("network")],
  ["a revoked grant", refused(50173)],
  ["a resource without consent", refused(65001)],
  ["a wrong secret", refused(7000215)],
])("after %s no intent is left", (_, cause) => {
  expect(failing(cause).state.tokens.intent()).toBeUndefined();
});

test("a call that no token satisfies leaves the intent of a POST that is out", () => {
  const { state } = signedInConnection();
  const key = { resource: "arm", tenantId: home };
  state.tokens.putIntent(graph, 1, start);
  recordFailure(state, key, stepUpFailure("{}"), {
    now: start,
    random: 0.5,
    fingerprint: "",
    publicOrigin,
    endsIntent: false,
  });
  expect(state.tokens.read(key)?.remedy?.action).toBe("step_up");
  expect(state.tokens.intent()).toMatchObject({ resource: "graph" });
});

describe("trouble that passes", () => {
  test("degrades the connection, backs off and emits once", () => {
    const { state, types, failures } = failing(ownFailure("timeout"), ownFailure("network"));
    expect(state.grant().status).toBe("degraded");
    expect(types).toEqual(["connection.degraded", "token.refresh_failed"]);
    expect(failures.map(({ code }) => code)).toEqual([
      "upstream_unavailable",
      "upstream_unavailable",
    ]);
    const row = state.tokens.read(graph);
    expect(row?.attempts).toBe(2);
    expect(row?.retry_at).toBe(start + minute + 2_000);
    expect(row?.token).toBe("sealed");
  });

  test("waits as long as Entra asks", () => {
    const { state } = failing({ ...ownFailure("invalid_response"), retryAfterSeconds: 90 });
    expect(state.tokens.read(graph)?.retry_at).toBe(start + 90_000);
  });

  test("in another tenant says nothing of the connection", () => {
    const key = { resource: "arm", tenantId: elsewhere };
    const { state, types } = failing([ownFailure("timeout"), key]);
    expect(state.grant().status).toBe("active");
    expect(types).toEqual(["token.refresh_failed"]);
    expect(state.tokens.read(key)?.attempts).toBe(1);
  });
});

describe("a fault of the application", () => {
  test("keeps the status, is tried again in a quarter of an hour, and emits once per outage", () => {
    const { state, types, failures } = failing(refused(7000215), refused(7000222));
    expect(state.grant().status).toBe("active");
    expect(state.grant().app_error).toMatchObject({
      since: start,
      retry_at: start + minute + 15 * minute,
      fingerprint: "f",
      aadsts: 7000222,
    });
    expect(types).toEqual(["token.refresh_failed"]);
    expect(failures[0]).toMatchObject({
      code: "app_misconfigured",
      retry_after: 900,
      details: { variable: "AZURE_CLIENT_SECRET" },
    });
  });
});

describe("a refusal of one resource", () => {
  test("latches it alone, and emits again only where another remedy is asked", () => {
    const key = { resource: "arm", tenantId: home };
    const { state, types } = failing(
      [refused(65001), key],
      [refused(65001), key],
      [refused(53003), key],
    );
    expect(state.grant().remedy).toBeNull();
    expect(state.tokens.read(key)?.remedy?.action).toBe("contact_admin");
    expect(state.tokens.read(graph)?.remedy).toBeNull();
    expect(types).toEqual(["token.refresh_failed", "token.refresh_failed"]);
  });

  test("that was required at sign-in asks for action", () => {
    const { state, types } = failing(refused(65001));
    expect(state.grant().status).toBe("action_required");
    expect(types).toContain("connection.action_required");
  });

  test("keeps the claims of a challenge for the next sign-in", () => {
    const claims = '{"access_token":{"nbf":{"essential":true}}}';
    const { state } = failing(stepUpFailure(claims));
    expect(state.grant().claims).toBe(claims);
    expect(state.tokens.read(graph)?.remedy?.action).toBe("step_up");
  });
});

describe("the end of a grant", () => {
  test.each([50173, 700082, 50057])(
    "by AADSTS%i latches the connection, and emits once",
    (code) => {
      const { state, types, failures } = failing(refused(code), refused(code));
      expect(state.grant()).toMatchObject({ status: "action_required", remedy: { aadsts: code } });
      expect(types).toEqual(["connection.action_required", "token.refresh_failed"]);
      expect(failures[1]).toMatchObject({ code: "action_required", remedy: { aadsts: code } });
      expect(state.grant().refresh_token).toBe("sealed");
    },
  );
});

test("a failure carries Microsoft's request id, to its caller and in its event", () => {
  const { failures, events } = failing(refused(65001));
  const id = "11111111-2222-4333-8444-555555555555";
  expect(failures[0]?.details?.upstream_request_id).toBe(id);
  expect(events.at(-1)?.data).toMatchObject({ error: { request_id: id } });
});
