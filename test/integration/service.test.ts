import { exports } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { newUser } from "./support/connections.ts";
import { connectedUser, http } from "./support/http.ts";
import { authorize } from "./support/sandbox.ts";

const service = exports.AzureService({ props: { caller: "test" } });

/** What a sibling sees of an error. */
const failing = (
  work: Promise<unknown>,
): Promise<{ code?: string; status?: number; details?: { field?: string } }> =>
  work.then(
    () => ({}),
    (reason: unknown) => reason as object,
  );

describe("a sibling", () => {
  test("reads what its user has, page by page", async () => {
    const { userId, id } = await connectedUser();
    expect(await service.getUser({ userId })).toMatchObject({ displayName: "Ada Lovelace" });
    const mail = await service.getMail({ userId, top: 2 });
    expect(mail.data).toHaveLength(2);
    const next = await service.getMail({ userId, cursor: mail.nextCursor });
    expect(next.data[0]?.id).not.toBe(mail.data[0]?.id);
    expect((await service.getCalendarEvents({ userId, top: 1 })).data).toHaveLength(1);
    expect((await service.listSubscriptions({ userId })).data).toHaveLength(2);
    const scope = { userId, subscriptionId: CONTOSO_SUBSCRIPTION };
    expect((await service.listResourceGroups(scope)).data.length).toBeGreaterThan(0);
    expect((await service.listResources({ ...scope, top: 1 })).data).toHaveLength(1);
    expect(await service.getConnection({ userId })).toMatchObject({ id, status: "active" });
  });

  test("calls Microsoft itself as the user, by the stub", async () => {
    const { userId } = await connectedUser();
    const azure = await service.connection({ userId });
    const me = await azure.fetch("https://graph.microsoft.com/v1.0/me?$select=displayName");
    expect(await me.json()).toMatchObject({ displayName: "Ada Lovelace" });
    const token = await azure.accessToken({ resource: "arm" });
    expect(token).toMatchObject({ ok: true, value: { token: expect.stringMatching(/^eyJ/) } });
  });

  test("starts a sign-in and confirms it for who is signed in, and for nobody else", async () => {
    const userId = newUser();
    const start = await service.beginConnect({ userId, returnUrl: "https://app.example/done" });
    expect(Object.keys(start).sort()).toEqual(["authUrl", "expiresAt", "state"]);
    const response = await authorize(start.authUrl);
    const landing = await http(`/callback?${response.toString()}`);
    const flow = new URL(landing.headers.get("location") ?? "").searchParams.get("flow") ?? "";
    const wrong = await failing(service.confirmConnect({ userId: newUser(), flow }));
    expect(wrong).toMatchObject({ code: "not_found", status: 404 });
    expect(await service.confirmConnect({ userId, flow })).toMatchObject({ status: "active" });
    expect(await service.disconnect({ userId })).toMatchObject({ status: "disconnected" });
  });

  test("completes a sign-in whose callback it took itself, for that user only", async () => {
    const userId = newUser();
    const start = await service.beginConnect({ userId, returnUrl: "https://app.example/done" });
    const answer = await authorize(start.authUrl);
    const given = { code: answer.get("code") ?? "", state: answer.get("state") ?? "" };
    const wrong = await failing(service.completeConnect({ userId: newUser(), ...given }));
    expect(wrong).toMatchObject({ code: "not_found" });
    const forged = await failing(service.completeConnect({ userId, ...given, state: "a.b.c" }));
    expect(forged).toMatchObject({ code: "not_found" });
    expect(await service.completeConnect({ userId, ...given })).toMatchObject({
      id: `user:${userId}`,
      status: "active",
    });
  });

  test("gives a page a session that reads", async () => {
    const { userId } = await connectedUser();
    const { token, expiresAt } = await service.createSession({ userId, ttl: 60 });
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    const me = await http("/user", { headers: { authorization: `Bearer ${token}` } });
    expect(me.status).toBe(200);
    const narrow = exports.AzureService({ props: { scopes: ["connections:write"] } });
    const error = await failing(narrow.createSession({ userId, scopes: ["graph:read"] }));
    expect(error).toMatchObject({ code: "forbidden" });
  });

  test("gets what is wrong, by code, status and field", async () => {
    expect(await failing(service.getUser({ userId: newUser() }))).toMatchObject({
      code: "not_found",
      status: 404,
      request_id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    const field = await failing(service.getMail({ userId: "ada", top: 0 }));
    expect(field).toMatchObject({ code: "invalid_request", details: { field: "top" } });
    const wrong = { userId: "ada", skip: 1 } as { userId: string };
    expect(await failing(service.getMail(wrong))).toMatchObject({ details: { field: "skip" } });
    const returning = { userId: newUser(), returnUrl: "https://evil.example/" };
    expect(await failing(service.beginConnect(returning))).toMatchObject({
      code: "invalid_request",
      details: { field: "returnUrl" },
    });
    expect(await failing(service.beginConnect({ userId: newUser() }))).toMatchObject({
      details: { field: "returnUrl" },
    });
  });
});
