import { describe, expect, test } from "vitest";
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import type { RemedyAction } from "../../src/contract/remedy.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, signIn, type Stub } from "./support/connections.ts";
import { allKey, front, json } from "./support/front.ts";
import { watch } from "./support/live.ts";
import { sandbox } from "./support/sandbox.ts";
import { claimsIn, recordTokenRequests } from "./support/token-requests.ts";
import { ownError } from "./support/own-error.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";
const contoso = "aaaaaaaa-0000-4000-8000-00000000000a";
const hour = 3_600;

const clock = clockOfEachTest();

async function drain(stub: Stub, url: string): Promise<number> {
  const response = await stub.fetch(url);
  await response.arrayBuffer();
  return response.status;
}

const refuse = (aadsts: number, times = 1) =>
  sandbox.fault({ match: { grant_type: "refresh_token" }, times, aadsts });

interface Case {
  aadsts: number;
  action: RemedyAction;
  /** Whether the rest of the connection goes on. */
  armGoesOn: boolean;
  status: "active" | "degraded" | "action_required";
  code: "action_required" | "app_misconfigured" | "upstream_unavailable";
  http: 424 | 503;
  /** What the answer holds: who has to do what, or when to ask again. */
  answers: "remedy" | "retry_after";
  links?: () => Record<string, unknown>;
  /** The events that a failure on an active connection leads to. */
  events: readonly string[];
}

const failed = "token.refresh_failed";
const broken = ["connection.action_required", failed];

const connectUrl = () => ({
  connect_url: expect.stringMatching(/^http:\/\/localhost:8787\/reconnect\?link=[\w.-]+$/),
});

const userHasToAct = {
  status: "action_required",
  code: "action_required",
  http: 424,
  answers: "remedy",
} as const;
const operatorHasToAct = { status: "active", code: "app_misconfigured", http: 503 } as const;

const cases: readonly Case[] = [
  // The whole grant.
  {
    aadsts: 50173,
    action: "sign_in",
    armGoesOn: false,
    links: connectUrl,
    events: broken,
    ...userHasToAct,
  },
  {
    aadsts: 700082,
    action: "sign_in",
    armGoesOn: false,
    links: connectUrl,
    events: broken,
    ...userHasToAct,
  },
  {
    aadsts: 70043,
    action: "sign_in",
    armGoesOn: false,
    links: connectUrl,
    events: broken,
    ...userHasToAct,
  },
  { aadsts: 50057, action: "contact_admin", armGoesOn: false, events: broken, ...userHasToAct },
  { aadsts: 50105, action: "contact_admin", armGoesOn: false, events: broken, ...userHasToAct },
  { aadsts: 5000224, action: "contact_admin", armGoesOn: false, events: broken, ...userHasToAct },
  // One resource.
  {
    aadsts: 50076,
    action: "step_up",
    armGoesOn: true,
    links: connectUrl,
    events: broken,
    ...userHasToAct,
  },
  {
    aadsts: 65001,
    action: "consent",
    armGoesOn: true,
    links: () => ({ ...connectUrl(), scopes: expect.arrayContaining(["Mail.Read"]) }),
    events: broken,
    ...userHasToAct,
  },
  {
    aadsts: 90094,
    action: "admin_consent",
    armGoesOn: true,
    links: () => ({
      admin_consent_url: `http://localhost:8787/admin-consent?tenant_id=${contoso}`,
    }),
    events: broken,
    ...userHasToAct,
  },
  { aadsts: 53003, action: "contact_admin", armGoesOn: true, events: broken, ...userHasToAct },
  { aadsts: 500011, action: "contact_admin", armGoesOn: true, events: broken, ...userHasToAct },
  { aadsts: 530084, action: "contact_admin", armGoesOn: true, events: broken, ...userHasToAct },
  {
    aadsts: 7000229,
    action: "admin_consent",
    armGoesOn: true,
    links: () => ({
      admin_consent_url: `http://localhost:8787/admin-consent?tenant_id=${contoso}`,
    }),
    events: broken,
    ...userHasToAct,
  },
  // A code of tomorrow.
  { aadsts: 5999999, action: "contact_admin", armGoesOn: true, events: broken, ...userHasToAct },
  // Ours: no user is asked for anything.
  {
    aadsts: 70011,
    action: "fix_app",
    armGoesOn: true,
    answers: "remedy",
    events: [failed],
    ...operatorHasToAct,
  },
  {
    aadsts: 7000222,
    action: "fix_app",
    armGoesOn: false,
    answers: "retry_after",
    events: [failed],
    ...operatorHasToAct,
  },
  {
    aadsts: 7000215,
    action: "fix_app",
    armGoesOn: false,
    answers: "retry_after",
    events: [failed],
    ...operatorHasToAct,
  },
  // Nobody's.
  {
    aadsts: 90033,
    action: "retry",
    armGoesOn: true,
    status: "degraded",
    code: "upstream_unavailable",
    http: 503,
    answers: "retry_after",
    events: ["connection.degraded", failed],
  },
];

describe.each(cases)("AADSTS$aadsts at a refresh: $action", (expected) => {
  const { aadsts, action, armGoesOn, status, code, http, answers, links, events } = expected;

  test("is reported alike by status, event, socket, call and RPC, and costs one POST", async () => {
    const { stub } = await connected();
    const live = await watch(stub);
    await clock.advance(4_000);
    await refuse(aadsts);
    const mark = await sandbox.mark();

    const response = await stub.fetch(me);
    expect(response.status).toBe(http);
    const body = await ownError(response);
    expect(body).toMatchObject({
      code,
      details: { upstream_request_id: expect.any(String) },
    });
    const answer = {
      remedy: { action, aadsts, ...links?.() },
      retry_after: expect.any(Number),
    };
    expect(body).toMatchObject({ [answers]: answer[answers] });
    const wait = answers === "remedy" ? null : String(body["retry_after"]);
    // SDKs of Microsoft's would wait it out, and it is the operator who has to act.
    expect(response.headers.get("retry-after")).toBe(code === "app_misconfigured" ? "0" : wait);
    expect(JSON.stringify(body)).not.toMatch(/AADSTS|Trace ID/);

    const info = expectOk(await stub.info());
    expect(info.status).toBe(status);
    expect(info.remedy).toEqual(status === "action_required" ? body["remedy"] : undefined);

    const told = expectOk(await stub.events({ after: 2 })).events;
    expect(told.map(({ type }) => type)).toEqual(events);
    expect(told.at(-1)).toMatchObject({
      type: failed,
      data: { resource: "graph", error: { aadsts, request_id: expect.any(String) } },
    });
    await expect.poll(() => live.slice(1)).toEqual(told);

    // Nobody asks Entra again, in whatever way the token is wanted.
    expect(await stub.accessToken({ resource: "graph" })).toMatchObject({
      ok: false,
      error: { code },
    });
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);

    expect(await drain(stub, subscriptions)).toBe(armGoesOn ? 200 : http);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(armGoesOn ? 2 : 1);
  });
});

test.each(cases.filter(({ answers }) => answers === "remedy"))(
  "over HTTP AADSTS$aadsts is the same answer as at the stub",
  async ({ aadsts, code, http }) => {
    const { id, stub } = await connected();
    await clock.advance(4_000);
    await refuse(aadsts);
    const atStub = await ownError(await stub.fetch(me));
    const query = new URLSearchParams({ user_id: id.slice("user:".length) });
    const response = await front(`/user?${query.toString()}`, { credential: allKey });
    expect(response.status).toBe(http);
    const { error, remedy } = await json(response);
    expect({ code, error, remedy }).toEqual({
      code,
      error: atStub["message"],
      remedy: atStub["remedy"],
    });
  },
);

describe("a fault of the application", () => {
  test.each([
    [7000222, "The app's client secret has expired", "AZURE_CLIENT_SECRET"],
    [50194, "does not allow this kind of tenant", "AZURE_TENANT_ID"],
    [700213, "federated credential does not match", undefined],
    [900144, "did not understand this app's request", undefined],
  ])(
    "AADSTS%i is told as what it is, now and in the pause after it",
    async (aadsts, text, variable) => {
      const { stub } = await connected();
      await clock.advance(4_000);
      await refuse(aadsts);
      for (let call = 0; call < 2; call += 1) {
        const { message, code, details } = await ownError(await stub.fetch(me));
        expect(code).toBe("app_misconfigured");
        expect(message).toContain(text);
        expect(details).toMatchObject({ aadsts });
        expect((details as { variable?: string }).variable).toBe(variable);
      }
      expect(expectOk(await stub.info()).status).toBe("active");
    },
  );
});

test("a personal account that is a guest elsewhere is asked to name the tenant, and has no link to repair it", async () => {
  const { stub } = await connected("pat@outlook.example");
  const vault = await stub.accessToken({ resource: "vault", tenantId: contoso });
  expect(vault).toMatchObject({
    ok: false,
    error: {
      code: "action_required",
      remedy: {
        action: "sign_in",
        message: expect.stringContaining("the tenant of the organization named"),
      },
    },
  });
  expect(vault).not.toHaveProperty("error.remedy.connect_url");
  expect(await drain(stub, me)).toBe(200);
  expect(expectOk(await stub.info()).status).toBe("active");
  expect(await stub.accessToken({ resource: "arm" })).toMatchObject({
    ok: false,
    error: { message: expect.stringContaining("sign in with its tenant_id") },
  });
});

test("refusals of resources that somebody makes up do not pile up, nor hide what the status reports", async () => {
  const { stub } = await connected();
  await clock.advance(4_000);
  await runInDurableObject(stub, (_, ctx) => {
    // As if Graph, which is required, had never given a token.
    ctx.storage.sql.exec("DELETE FROM access_token WHERE resource = 'graph'");
  });
  await refuse(65001);
  expect(await stub.accessToken({ resource: "graph" })).toMatchObject({ ok: false });
  await refuse(500011, 60);
  for (let index = 0; index < 60; index += 1) {
    const outcome = await stub.accessToken({ resource: `https://made-up-${index}.example` });
    expect(outcome).toMatchObject({ ok: false, error: { code: "action_required" } });
    await clock.advance(1);
  }
  const rows = await runInDurableObject(stub, (_, ctx) =>
    ctx.storage.sql.exec("SELECT resource FROM access_token").toArray(),
  );
  const names = rows.map(({ resource }) => resource);
  expect(names).toHaveLength(24);
  expect(names).toEqual(expect.arrayContaining(["arm", "graph", "https://made-up-38.example"]));
  expect(expectOk(await stub.info()).status).toBe("action_required");
});

describe("claims that Entra asks for at a refusal", () => {
  test.each([50076, 53003])("wait for the next sign-in: AADSTS%d", async (aadsts) => {
    const { stub } = await connected();
    await clock.advance(4_000);
    await refuse(aadsts);
    expect(await drain(stub, me)).toBe(424);
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(claimsIn(new URL(start.authUrl).searchParams)).toMatchObject({
      access_token: { capolids: { essential: true }, xms_cc: { values: ["cp1"] } },
    });
    expectOk(await signIn(stub));
    expect(await drain(stub, me)).toBe(200);
    const next = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(new URL(next.authUrl).searchParams.get("claims")).not.toContain("capolids");
  });
});

describe("what an administrator may have mended", () => {
  test.each([
    ["contact_admin, of the whole grant", 50105],
    ["contact_admin, of a resource", 53003],
    ["admin_consent", 90094],
    ["a refusal for a reason that nobody knows", 5999999],
    ["a tenant that Microsoft has blocked", 5000225],
  ])("%s is looked for once in 24 hours, when somebody calls", async (_, aadsts) => {
    const { stub } = await connected();
    await clock.advance(4_000);
    await refuse(aadsts, 2);
    const mark = await sandbox.mark();
    const posts = async () => (await sandbox.tokenPosts(mark)).length;
    expect(await drain(stub, me)).toBe(424);
    for (let waited = 0; waited < 23; waited += 1) {
      await clock.advance(hour);
      await runDurableObjectAlarm(stub);
      expect(await drain(stub, me)).toBe(424);
    }
    expect(await posts()).toBe(1);

    await clock.advance(hour);
    const probes = await Promise.all(Array.from({ length: 20 }, () => drain(stub, me)));
    expect(new Set(probes)).toEqual(new Set([424]));
    expect(await posts()).toBe(2);
    expect(await drain(stub, me)).toBe(424);
    expect(await posts()).toBe(2);

    await clock.advance(24 * hour);
    expect(await drain(stub, me)).toBe(200);
    expect(expectOk(await stub.info()).status).toBe("active");
    const { events } = expectOk(await stub.events());
    expect(events.map(({ type }) => type).slice(2)).toEqual([
      ...broken,
      "connection.recovered",
      "token.refreshed",
    ]);
  });

  test("is looked for at Entra, not in a token that the latch stopped", async () => {
    const { stub } = await connected();
    expect(await drain(stub, me)).toBe(200);
    await refuse(70011, 2);
    const mark = await sandbox.mark();
    expect(await stub.refresh()).toMatchObject({ ok: false, error: { code: "app_misconfigured" } });
    await clock.advance(15 * 60);
    expect(await drain(stub, me)).toBe(503);
    expect(await drain(stub, me)).toBe(503);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(2);
    await clock.advance(15 * 60);
    expect(await drain(stub, me)).toBe(200);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(3);
  });

  test.each([50173, 50076, 65001])(
    "is not what a user has to do: AADSTS%d stays quiet for weeks",
    async (aadsts) => {
      const { stub } = await connected();
      await clock.advance(4_000);
      await refuse(aadsts);
      const tokenRequests = recordTokenRequests();
      for (let day = 0; day < 10; day += 1) {
        expect(await drain(stub, me)).toBe(424);
        await clock.advance(24 * hour);
      }
      const forGraph = tokenRequests.filter((form) => form.get("scope")?.includes("graph"));
      expect(forGraph).toHaveLength(1);
    },
  );
});
