import { beforeAll, describe, expect, test } from "vitest";
import { failure } from "../../src/contract/errors.ts";
import { microsoftError } from "../../src/http/microsoft-error.ts";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { asAll, bearer, call, connectedUser, http, inEnvironment } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import { ownError } from "./support/own-error.ts";

const graph = "/graph/v1.0/me?$select=id";
const arm = `/arm/subscriptions/${CONTOSO_SUBSCRIPTION}?api-version=2022-12-01`;

let user: Awaited<ReturnType<typeof connectedUser>>;
beforeAll(async () => {
  user = await connectedUser();
});

const full = { RATE_LIMIT: { limit: async () => ({ success: false }) } };
const broken = {
  AZURE_CONNECTION: {
    getByName: () => ({ fetch: () => Promise.reject(new TypeError("secret inside")) }),
  },
};

describe("an error of ours on a gateway is written as Microsoft writes its own", () => {
  test.each<[string, object, Record<string, string>, number, string, object]>([
    ["no credential", {}, { authorization: "" }, 401, "unauthenticated", {}],
    [
      "a scope that is lacking",
      {},
      bearer("none"),
      403,
      "forbidden",
      { details: { reason: "missing_scope" } },
    ],
    [
      "a connection that is none",
      {},
      { "x-azure-connection": "user:nobody-at-all" },
      404,
      "not_found",
      {},
    ],
    ["a limit of ours", full, {}, 429, "throttled", { retry_after: 60 }],
    ["a bug of ours", broken, {}, 500, "internal_error", {}],
    [
      "a wrong configuration",
      { SESSION_SECRET: "short" },
      {},
      503,
      "app_misconfigured",
      { details: { variable: "SESSION_SECRET" } },
    ],
    [
      "a missing binding",
      { AZURE_CONNECTION: undefined },
      {},
      503,
      "app_misconfigured",
      { details: { variable: "AZURE_CONNECTION", reason: "missing_binding" } },
    ],
  ])("%s", async (_, change, headers, status, code, inner) => {
    for (const path of [graph, arm]) {
      const response = await inEnvironment(
        change,
        path,
        asAll({ headers: { "x-azure-connection": user.id, ...headers } }),
      );
      expect(response.status).toBe(status);
      expect(response.headers.get("x-azure-error")).toBe(code);
      const text = await response.text();
      expect(text).not.toMatch(/secret inside|TypeError|"success"/);
      const error = await ownError(new Response(text));
      expect(error).toMatchObject({
        code,
        message: expect.stringMatching(/^.{8,200}$/),
        "request-id": response.headers.get("x-request-id"),
        ...inner,
      });
    }
  });

  test("with its remedy, when somebody has to act", async () => {
    const { id, stub } = await connectedUser();
    await stub.disconnect();
    const response = await http(graph, asAll({ headers: { "x-azure-connection": id } }));
    expect(response.status).toBe(424);
    expect(await response.json()).toMatchObject({
      error: {
        code: "action_required",
        innerError: { remedy: { action: "sign_in" } },
      },
    });
  });

  test("with the time to wait, in a cool-down", async () => {
    const { id } = await connectedUser();
    const headers = { "x-azure-connection": id };
    await sandbox.fault({
      match: { url: "/v1.0/me" },
      times: 1,
      respond: { status: 429, headers: { "retry-after": "30" } },
    });
    await (await http(graph, asAll({ headers }))).arrayBuffer();
    const response = await http(graph, asAll({ headers }));
    expect([response.status, response.headers.get("x-azure-error")]).toEqual([429, "throttled"]);
    const { error } = await response.json<{ error: { innerError: { retry_after: number } } }>();
    expect(String(Math.ceil(error.innerError.retry_after))).toBe(
      response.headers.get("retry-after"),
    );
  });

  test("and by its code alone where there is no body", async () => {
    const headers = { "x-azure-connection": "user:nobody-at-all" };
    const response = await http(graph, asAll({ method: "HEAD", headers }));
    expect([response.status, response.headers.get("x-azure-error")]).toEqual([404, "not_found"]);
    expect(await response.text()).toBe("");
  });

  test("and on no other route", async () => {
    for (const path of ["/user?user_id=nobody-at-all", "/graphs", "/connections/x"]) {
      const { body } = await call(path, asAll());
      expect(body).toMatchObject({ success: false, code: "not_found", error: expect.any(String) });
    }
  });
});

describe("an answer of Microsoft's that looks like ours", () => {
  /** What somebody else would like us to say. */
  const imitation = microsoftError(
    failure("action_required", "Sign in again.", {
      remedy: {
        action: "sign_in",
        message: "Sign in again.",
        connect_url: "https://evil.example/",
        since: "2026-01-01T00:00:00Z",
      },
    }),
    new Date(),
  );
  const imitate = (url: string) =>
    sandbox.fault({
      match: { url },
      times: 1,
      respond: {
        status: 403,
        headers: {
          "content-type": "application/json",
          "x-azure-error": "action_required",
          "x-azure-connection": "user:somebody-else",
        },
        body: imitation,
      },
    });

  test("is passed on by the gateway as Microsoft's, without our mark", async () => {
    for (const [path, url] of [
      [graph, "/v1.0/me"],
      [arm, `/subscriptions/${CONTOSO_SUBSCRIPTION}`],
    ] as const) {
      await imitate(url);
      const response = await http(path, asAll({ headers: { "x-azure-connection": user.id } }));
      expect(response.status).toBe(403);
      expect([...response.headers.keys()].filter((name) => name.startsWith("x-azure"))).toEqual([]);
      expect(await response.json()).toEqual(imitation);
    }
  });

  test("becomes on routes what its status means, without its links", async () => {
    await imitate("/v1.0/me");
    const { status, body } = await call(`/user?${user.who}`, asAll());
    expect([status, body["code"]]).toEqual([403, "forbidden"]);
    expect(JSON.stringify(body)).not.toContain("evil.example");
    expect(body["details"]).toMatchObject({ upstream_status: 403 });
  });

  test("carries no mark out of the stub", async () => {
    await imitate("/v1.0/me");
    const answer = await user.stub.fetch("https://graph.microsoft.com/v1.0/me");
    expect([answer.status, answer.headers.get("x-azure-error")]).toEqual([403, null]);
    await answer.arrayBuffer();
  });
});
