import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { actorOf, expectOk, newUser } from "./support/connections.ts";
import { rowWhen } from "./support/directory.ts";
import { asAll, bearer, call, http, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";
import {
  asTenant,
  connect,
  connectedTenant,
  consentIn,
  contoso,
  fabrikam,
  forgetTenants,
  tenantId,
} from "./support/tenants.ts";

const users = "https://graph.microsoft.com/v1.0/users?$top=1";
const id = tenantId(fabrikam);
const clock = clockOfEachTest();
beforeEach(forgetTenants);

const eventsOf = async (connection: string): Promise<string[]> =>
  expectOk(await actorOf(connection).events()).events.map(({ type }) => type);
const infoOf = async (connection: string) => expectOk(await actorOf(connection).info());
async function drain(url: string, connection = id): Promise<number> {
  const response = await actorOf(connection).fetch(url);
  await response.arrayBuffer();
  return response.status;
}

describe("a tenant that the deployer connects", () => {
  test("is active, by a token of the application and no refresh token", async () => {
    const mark = await sandbox.mark();
    const { info } = await connectedTenant();
    expect(info).toMatchObject({
      id,
      kind: "tenant",
      status: "active",
      proof: "asserted",
      roles: expect.arrayContaining(["User.Read.All", "Mail.Read"]),
      identity: { tenant_id: fabrikam, object_id: expect.any(String), upn: null },
      scopes: [],
      resources: [{ resource: "graph", tenant_id: fabrikam, generation: 1 }],
    });
    const [post, ...others] = await sandbox.tokenPosts(mark);
    expect(others).toEqual([]);
    expect(post).toMatchObject({ grant_type: "client_credentials" });
    expect(await drain(users)).toBe(200);
    expect(await eventsOf(id)).toEqual(["connection.pending", "connection.connected"]);
    const row = await rowWhen(id, (entry) => entry?.status === "active");
    expect(row).toMatchObject({ tenant_id: fabrikam, refresh_token: null });
  });

  test("answers a refresh at once, while it is connected again", async () => {
    await connectedTenant();
    expectOk(await actorOf(id).disconnect());
    await sandbox.fault({
      match: { grant_type: "client_credentials" },
      times: 1,
      delay_ms: 300,
    });
    const mark = await sandbox.mark();
    const connecting = connect(fabrikam);
    await expect.poll(async () => (await sandbox.tokenPosts(mark)).length).toBe(1);
    const asked = await actorOf(id).refresh();
    expect(asked).toMatchObject({ ok: false, error: { code: "action_required" } });
    expect((await connecting).status).toBe(200);
    expect(expectOk(await actorOf(id).refresh()).status).toBe("active");
    expect(await sandbox.tokenPosts(mark)).toHaveLength(2);
  });

  test("is the same one however its id is written", async () => {
    await connectedTenant();
    const upper = tenantId(fabrikam.toUpperCase());
    const { status, body } = await call(`/connections/${upper}`, asAll());
    expect([status, body["data"]]).toMatchObject([200, { id }]);
    expect((await connect(fabrikam.toUpperCase())).body["data"]).toMatchObject({ id });
  });

  test("is told which administrator has to act, and leaves nothing behind", async () => {
    const { status, body } = await connect(fabrikam);
    expect(status).toBe(424);
    expect(body).toMatchObject({
      code: "action_required",
      remedy: {
        action: "admin_consent",
        aadsts: 700016,
        admin_consent_url: `http://localhost:8787/admin-consent?tenant_id=${fabrikam}`,
      },
    });
    expect(body["remedy"]).not.toHaveProperty("connect_url");
    expect(await actorOf(id).info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test.each([
    ["a tenant of no cloud of ours", "dddddddd-0000-4000-8000-00000000000d", { aadsts: 90002 }],
    ["a domain", "fabrikam.example", {}],
    ["all tenants at once", "organizations", {}],
    ["that of personal accounts", "9188040d-6c67-4c5b-b112-36a304b66dad", {}],
  ])("is not %s", async (_, tenant, details) => {
    const { status, body } = await connect(tenant);
    expect([status, body["details"]]).toMatchObject([400, { field: "tenant_id", ...details }]);
    expect(String(body["error"])).toContain("tenant_id");
  });

  test("AADSTS50059 is a tenant that nobody knows, too", async () => {
    await sandbox.fault({ match: { grant_type: "client_credentials" }, aadsts: 50059 });
    expect(await connect(fabrikam)).toMatchObject({
      status: 400,
      body: { details: { field: "tenant_id", aadsts: 50059 } },
    });
  });

  test.each([
    [7000112, 424, "contact_admin"],
    [7000229, 424, "admin_consent"],
    [53003, 424, "contact_admin"],
    [7000215, 503, undefined],
    [90033, 503, undefined],
  ])("AADSTS%d is answered by %d", async (aadsts, status, action) => {
    await consentIn(fabrikam);
    await sandbox.fault({ match: { grant_type: "client_credentials" }, aadsts, times: 2 });
    const answer = await connect(fabrikam);
    expect([answer.status, (answer.body["remedy"] as { action?: string })?.action]).toEqual([
      status,
      action,
    ]);
    await sandbox.reset();
  });

  test.each([
    ["without the refresh token of the user it names", { user_id: "ada" }, "refresh_token"],
    ["without the user of a refresh token", { refresh_token: "r" }, "user_id"],
    ["with a label, and no user", { label: "work" }, "user_id"],
  ])("is not asked for %s", async (_, more, field) => {
    const body = { tenant_id: fabrikam, ...more };
    const answer = await call("/connections", asAll(json("POST", body)));
    expect(answer).toMatchObject({ status: 400, body: { details: { field } } });
  });

  test("needs the scope admin", async () => {
    const init = json("POST", { tenant_id: fabrikam });
    const headers = { ...(init.headers as Record<string, string>), ...bearer("reader") };
    expect((await call("/connections", { ...init, headers })).status).toBe(403);
  });
});

describe("a sibling", () => {
  const admin = exports.AzureService({
    props: {
      caller: "ops",
      scopes: [
        "admin",
        ...(["connections", "graph", "arm"] as const).flatMap((of) => [
          `${of}:read`,
          `${of}:write`,
        ]),
        "tokens:read",
      ],
    },
  });
  const plain = exports.AzureService({ props: { caller: "crm" } });
  const failing = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => "done",
      (reason: unknown) => reason,
    );

  test("with admin connects a tenant, and reads as the application", async () => {
    await consentIn(fabrikam);
    expect(await admin.connectTenant({ tenantId: fabrikam })).toMatchObject({ id, kind: "tenant" });
    const stub = await admin.connection({ tenantId: fabrikam });
    const response = await stub.fetch(users);
    expect(await response.json()).toMatchObject({ value: [{ id: expect.any(String) }] });
    const mail = await admin.getMail({ tenantId: fabrikam, as: "alan@fabrikam.example", top: 1 });
    expect(mail.data).toHaveLength(1);
    expect(await admin.getConnection({ tenantId: fabrikam })).toMatchObject({ id });
  });

  test("is told that somebody has to be named", async () => {
    await connectedTenant();
    expect(await failing(admin.getMail({ tenantId: fabrikam }))).toMatchObject({
      code: "invalid_request",
      details: { field: "as" },
    });
    const asked = { userId: newUser(), as: "ada" } as unknown as { userId: string };
    expect(await failing(admin.getMail(asked))).toMatchObject({ details: { field: "as" } });
  });

  test("without admin reaches no tenant", async () => {
    await connectedTenant();
    const mark = await sandbox.mark();
    for (const work of [
      () => plain.connectTenant({ tenantId: fabrikam }),
      () => plain.connection({ tenantId: fabrikam }),
      () => plain.getMail({ tenantId: fabrikam, as: "alan@fabrikam.example" }),
      () => plain.getConnection({ tenantId: fabrikam }),
      () => plain.disconnect({ tenantId: fabrikam }),
    ]) {
      expect(await failing(work())).toMatchObject({ code: "forbidden" });
    }
    expect(await sandbox.requests(mark)).toEqual([]);
    expect(await infoOf(id)).toMatchObject({ status: "active" });
  });
});

describe("a token of the application", () => {
  test("is renewed when it was used, and else lapses: an idle connection never wakes", async () => {
    const { stub } = await connectedTenant();
    await clock.advance(30);
    while (await runDurableObjectAlarm(stub)) await clock.advance(1);
    const mark = await sandbox.mark();
    await clock.advance(90 * 86_400);
    expect(await runDurableObjectAlarm(stub)).toBe(false);
    expect(await sandbox.requests(mark)).toEqual([]);

    expect(await drain(users)).toBe(200);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    const refreshAt = (await infoOf(id)).resources[0]?.refresh_at ?? "";
    await clock.advance((Date.parse(refreshAt) - Date.now()) / 1_000 + 1);
    await runDurableObjectAlarm(stub);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(2);
    await clock.advance(86_400);
    while (await runDurableObjectAlarm(stub)) await clock.advance(1);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(2);
  });

  test("is of its own tenant alone, whatever a caller or a challenge names", async () => {
    const { stub } = await connectedTenant();
    const mark = await sandbox.mark();
    const asked = { resource: "arm", tenantId: contoso };
    expect(await stub.accessToken(asked)).toMatchObject({
      ok: false,
      error: { code: "forbidden", details: { reason: "other_tenant" } },
    });
    const elsewhere = `https://management.azure.com/subscriptions/cccccccc-1111-4000-8000-000000000001/resourceGroups?api-version=2021-04-01`;
    expect(await drain(elsewhere)).toBeGreaterThanOrEqual(400);
    const posts = await sandbox.tokenPosts(mark);
    expect(posts.filter(({ url }) => !url.includes(fabrikam))).toEqual([]);
    expect(await infoOf(id)).toMatchObject({ status: "active" });
  });

  test("is refused for the whole tenant once the application is not in it any more", async () => {
    await connectedTenant();
    await sandbox.control("DELETE", "/consents", { tenant: fabrikam });
    await clock.advance(7_200);
    expect(await drain(users)).toBe(424);
    expect(await infoOf(id)).toMatchObject({
      status: "action_required",
      remedy: { action: "admin_consent", aadsts: 700016 },
    });
    const mark = await sandbox.mark();
    expect(await drain("https://management.azure.com/subscriptions?api-version=2022-12-01")).toBe(
      424,
    );
    expect(await sandbox.requests(mark)).toEqual([]);
    await consentIn(fabrikam);
    expect((await connect(fabrikam)).status).toBe(200);
    expect(await infoOf(id)).toMatchObject({ status: "active" });
    expect(await drain(users)).toBe(200);
  });

  test.each([
    [7000112, "contact_admin", "all"],
    [53003, "contact_admin", "one"],
    [50059, "fix_app", "one"],
    [50173, "contact_admin", "one"],
  ] as const)("AADSTS%d latches by %s, reaching %s", async (aadsts, action, reach) => {
    await connectedTenant();
    await clock.advance(7_200);
    await sandbox.fault({ match: { grant_type: "client_credentials" }, aadsts });
    expect(await drain(users)).toBe(action === "fix_app" ? 503 : 424);
    const { resources, remedy } = await infoOf(id);
    expect(resources[0]?.remedy?.action ?? remedy?.action).toBe(action);
    const arm = "https://management.azure.com/subscriptions?api-version=2022-12-01";
    expect(await drain(arm)).toBe(reach === "all" ? 424 : 200);
  });
});

describe("roles that arrive late", () => {
  const late = async (seconds: number) => {
    await sandbox.settings({ roles_delay_s: seconds });
    return connectedTenant();
  };

  test("latch Graph, and lift it when they are there, though nobody asks", async () => {
    const { stub, info } = await late(100);
    expect(info).toMatchObject({ status: "active", roles: [] });
    expect(await drain(users)).toBe(424);
    expect(await infoOf(id)).toMatchObject({
      status: "action_required",
      remedy: {
        action: "admin_consent",
        admin_consent_url: `http://localhost:8787/admin-consent?tenant_id=${fabrikam}`,
      },
    });
    // ARM knows no roles: it goes on.
    const arm = "https://management.azure.com/subscriptions?api-version=2022-12-01";
    expect(await drain(arm)).toBe(200);
    const mark = await sandbox.mark();
    expect(await drain(users)).toBe(424);
    expect(await sandbox.requests(mark)).toEqual([]);
    for (let second = 0; second < 120; second += 5) {
      await clock.advance(5);
      await runDurableObjectAlarm(stub);
    }
    expect(await infoOf(id)).toMatchObject({
      status: "active",
      roles: expect.arrayContaining(["Mail.Read"]),
    });
    expect((await sandbox.tokenPosts(mark)).length).toBeLessThanOrEqual(4);
    expect(await drain(users)).toBe(200);
    const types = await eventsOf(id);
    expect(types.filter((type) => type === "connection.action_required")).toHaveLength(1);
    expect(types).toContain("connection.recovered");
  });

  test("are found by a refresh that somebody asks for", async () => {
    const { stub } = await late(60);
    expect(await drain(users)).toBe(424);
    await clock.advance(10);
    expect(await stub.refresh()).toMatchObject({ ok: false, error: { code: "action_required" } });
    await clock.advance(50);
    expect(await stub.refresh()).toMatchObject({ ok: true, value: { status: "active" } });
  });

  test("that never arrive are asked for no more after some attempts", async () => {
    const { stub } = await late(86_400);
    expect(await drain(users)).toBe(424);
    const mark = await sandbox.mark();
    for (let minute = 0; minute < 200; minute += 1) {
      await clock.advance(60);
      await runDurableObjectAlarm(stub);
    }
    expect((await sandbox.tokenPosts(mark)).length).toBe(8);
  });
});

describe("a tenant's connection", () => {
  test("is disconnected, says who could connect it again, and is", async () => {
    await connectedTenant();
    const gone = await call(`/connections/${id}`, asAll({ method: "DELETE" }));
    expect(gone.body["data"]).toMatchObject({ kind: "tenant", status: "disconnected" });
    expect(gone.body["data"]).not.toHaveProperty("identity");
    expect(gone.body["data"]).not.toHaveProperty("proof");
    const refused = await call(`/users?${asTenant(fabrikam)}`, asAll());
    expect(refused).toMatchObject({
      status: 424,
      body: {
        remedy: {
          action: "admin_consent",
          admin_consent_url: expect.stringContaining(fabrikam),
        },
      },
    });
    expect(refused.body["remedy"]).not.toHaveProperty("connect_url");
    expect((await connect(fabrikam)).body["data"]).toMatchObject({ status: "active" });
  });

  test("holds no person's grant: no sign-in and no import lead to it", async () => {
    const { stub } = await connectedTenant();
    const started = await call(
      `/connect?${asTenant(fabrikam)}&return_url=https://app.example/done`,
      asAll(),
    );
    expect(started).toMatchObject({ status: 400, body: { details: { field: "connection" } } });
    const refused = { ok: false, error: { details: { field: "connection" } } };
    expect(await stub.import({ refreshToken: "r" })).toMatchObject(refused);
    expect(await stub.completeAuthorization({ state: "s", response: "code=c" })).toMatchObject(
      refused,
    );
    const user = actorOf(`user:${newUser()}`);
    expect(await user.connectTenant()).toMatchObject(refused);
    expect(await user.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("that was lost is given the fact back that it was connected", async () => {
    const { stub } = await connectedTenant();
    await rowWhen(id, (entry) => entry?.status === "active");
    await runInDurableObject(stub, async (_, ctx) => {
      await ctx.storage.deleteAll();
      ctx.abort("wiped");
    }).catch((error: unknown) => error);
    const restored = await call(`/connections/${id}/restore`, asAll({ method: "POST" }));
    expect(restored).toMatchObject({ status: 200, body: { data: { id, status: "active" } } });
    expect(await drain(users)).toBe(200);
    const again = await call(`/connections/${id}/restore`, asAll({ method: "POST" }));
    expect(again).toMatchObject({ status: 409, body: { details: { reason: "connected" } } });
  });

  test("is in the list of administrators alone", async () => {
    await connectedTenant();
    await rowWhen(id, (entry) => entry?.status === "active");
    const listed = async (key: string) => {
      const { body } = await call("/connections?top=100", { headers: bearer(key) });
      return (body["data"] as { id: string }[]).map((entry) => entry.id);
    };
    expect(await listed("all")).toContain(id);
    expect(await listed("reader")).not.toContain(id);
  });

  test("has a live socket by a ticket of its own, however its id is written", async () => {
    await connectedTenant();
    const capitals = id.replace(/[^:]+$/, (tenant) => tenant.toUpperCase());
    for (const written of [id, capitals]) {
      const { body } = await call(`/connections/${written}/tickets`, asAll({ method: "POST" }));
      const { ticket } = body["data"] as { ticket: string };
      const upgraded = await http(`/connections/${written}/live`, {
        headers: { upgrade: "websocket", "sec-websocket-protocol": `azure.v1, ticket.${ticket}` },
      });
      expect(upgraded.status).toBe(101);
      upgraded.webSocket?.accept();
      upgraded.webSocket?.close();
    }
  });
});
