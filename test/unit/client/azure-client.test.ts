import { describe, expect, it } from "vitest";
import { AzureClient, type ConnectionClient, isRunning } from "../../../src/client/index.ts";
import { errorEnvelope, errorResponse, failure } from "../../../src/contract/errors.ts";
import { type Answer, json, scripted, stoppedClock } from "../arm/script.ts";

const baseUrl = "https://azure.example.com";
const subscription = "aaaaaaaa-1111-4000-8000-000000000001";
const success = (data: unknown, next?: string) =>
  json({ success: true, data, ...(next !== undefined && { next_cursor: next }) });

function client(...answers: Answer[]) {
  const script = scripted(...answers);
  const clock = stoppedClock();
  const azure = new AzureClient({ baseUrl, apiKey: "azk_1_secret", fetch: script.fetch, ...clock });
  return {
    azure,
    ada: azure.connection({ userId: "ada" }),
    asked: script.asked,
    slept: clock.slept,
  };
}

describe("AzureClient", () => {
  it.each<[string, (ada: ConnectionClient) => Promise<unknown>, string, unknown]>([
    ["info", (c) => c.info(), "GET /connections/user%3Aada", undefined],
    [
      "refresh",
      (c) => c.refresh({ resource: "arm" }),
      "POST /connections/user%3Aada/refresh",
      { resource: "arm" },
    ],
    ["disconnect", (c) => c.disconnect(), "DELETE /connections/user%3Aada", undefined],
    ["restore", (c) => c.restore(), "POST /connections/user%3Aada/restore", undefined],
    ["userById", (c) => c.graph.userById("a@b"), "GET /users/a%40b?user_id=ada", undefined],
    ["confirm", (c) => c.confirm("f1"), "POST /connections/user%3Aada/confirm", { flow: "f1" }],
    [
      "events",
      (c) => c.events({ after: 0, limit: 5 }),
      "GET /connections/user%3Aada/events?after=0&limit=5",
      undefined,
    ],
    ["ticket", (c) => c.ticket(), "POST /connections/user%3Aada/tickets", undefined],
    [
      "token",
      (c) => c.token({ resource: "graph", minValidity: 60 }),
      "GET /connections/user%3Aada/token?resource=graph&min_validity=60",
      undefined,
    ],
    ["user", (c) => c.graph.user(), "GET /user?user_id=ada", undefined],
    [
      "users",
      (c) => c.graph.users({ search: "gra" }),
      "GET /users?user_id=ada&search=gra",
      undefined,
    ],
    [
      "messages",
      (c) => c.graph.messages({ top: 10, orderBy: "subject" }),
      "GET /mail?user_id=ada&top=10&order_by=subject",
      undefined,
    ],
    [
      "message",
      (c) => c.graph.message("A/B=", { select: "subject" }),
      "GET /mail/A%2FB%3D?user_id=ada&select=subject",
      undefined,
    ],
    [
      "sendMail",
      (c) => c.graph.sendMail({ message: { subject: "Hi" } }),
      "POST /mail/send?user_id=ada",
      { message: { subject: "Hi" } },
    ],
    [
      "events of the calendar",
      (c) => c.graph.events({ timeZone: "UTC", cursor: "c" }),
      "GET /calendar/events?user_id=ada&time_zone=UTC&cursor=c",
      undefined,
    ],
    [
      "createEvent",
      (c) => c.graph.createEvent({ subject: "Tea" }),
      "POST /calendar/events?user_id=ada",
      { subject: "Tea" },
    ],
    ["batch", (c) => c.graph.batch([]), "POST /batch?user_id=ada", { requests: [] }],
    ["subscriptions", (c) => c.arm.subscriptions(), "GET /subscriptions?user_id=ada", undefined],
    [
      "subscription",
      (c) => c.arm.subscription(subscription),
      `GET /subscriptions/${subscription}?user_id=ada`,
      undefined,
    ],
    [
      "resourceGroups",
      (c) => c.arm.resourceGroups(subscription, { top: 5 }),
      `GET /subscriptions/${subscription}/resourceGroups?user_id=ada&top=5`,
      undefined,
    ],
    [
      "resourceGroup",
      (c) => c.arm.resourceGroup(subscription, "web"),
      `GET /subscriptions/${subscription}/resourceGroups/web?user_id=ada`,
      undefined,
    ],
    [
      "putResourceGroup",
      (c) => c.arm.putResourceGroup(subscription, "web", { location: "eastus" }),
      `PUT /subscriptions/${subscription}/resourceGroups/web?user_id=ada`,
      { location: "eastus" },
    ],
    [
      "deleteResourceGroup",
      (c) => c.arm.deleteResourceGroup(subscription, "web"),
      `DELETE /subscriptions/${subscription}/resourceGroups/web?user_id=ada`,
      undefined,
    ],
    [
      "resources of a group",
      (c) => c.arm.resources(subscription, { resourceGroup: "web" }),
      `GET /subscriptions/${subscription}/resourceGroups/web/resources?user_id=ada`,
      undefined,
    ],
    [
      "resource",
      (c) => c.arm.resource("/x/y", { apiVersion: "2024-01-01" }),
      "GET /resources?user_id=ada&id=%2Fx%2Fy&api_version=2024-01-01",
      undefined,
    ],
    [
      "putResource",
      (c) => c.arm.putResource("/x", { tags: {} }),
      "PUT /resources?user_id=ada&id=%2Fx",
      { tags: {} },
    ],
    [
      "deleteResource",
      (c) => c.arm.deleteResource("/x"),
      "DELETE /resources?user_id=ada&id=%2Fx",
      undefined,
    ],
    ["tags", (c) => c.arm.tags("/x"), "GET /resources/tags?user_id=ada&id=%2Fx", undefined],
    [
      "updateTags",
      (c) => c.arm.updateTags("/x", { operation: "Merge", tags: { a: "b" } }),
      "PATCH /resources/tags?user_id=ada&id=%2Fx",
      { operation: "Merge", tags: { a: "b" } },
    ],
    [
      "providers",
      (c) => c.arm.providers(subscription),
      `GET /subscriptions/${subscription}/providers?user_id=ada`,
      undefined,
    ],
    [
      "tagNames",
      (c) => c.arm.tagNames(subscription),
      `GET /subscriptions/${subscription}/tagNames?user_id=ada`,
      undefined,
    ],
    ["operation", (c) => c.arm.operation("op"), "GET /operations?user_id=ada&id=op", undefined],
  ])("asks the route of %s", async (_, call, line, body) => {
    const { ada, asked } = client(success({}));
    expect(await call(ada)).toEqual({ data: {} });
    expect(`${asked[0]?.method} ${asked[0]?.url.replace(baseUrl, "")}`).toBe(line);
    expect(asked[0]?.body).toEqual(body);
    expect(asked[0]?.headers.get("authorization")).toBe("Bearer azk_1_secret");
  });

  it("names a labelled account and any connection by its id", async () => {
    const { azure, asked } = client(success([]), success([]));
    await azure.connection({ userId: "ada", label: "work" }).graph.messages();
    await azure.connection({ connection: "tenant:t-1" }).graph.users();
    expect(asked.map(({ url }) => url)).toEqual([
      `${baseUrl}/mail?user_id=ada&label=work`,
      `${baseUrl}/users?connection=tenant%3At-1`,
    ]);
  });

  it("lists connections and makes sessions", async () => {
    const { azure, asked } = client(success([], "c2"), success({ token: "t", expires_at: "…" }));
    expect(await azure.connections({ status: "active", userId: "ada" })).toEqual({
      data: [],
      nextCursor: "c2",
    });
    await azure.createSession({ userId: "ada", ttl: 60 });
    expect(asked[0]?.url).toBe(`${baseUrl}/connections?status=active&user_id=ada`);
    expect(asked[1]?.body).toEqual({ user_id: "ada", ttl: 60 });
  });

  it("reports when events are lost", async () => {
    const { ada } = client(json({ success: true, data: [], truncated: true }));
    expect(await ada.events({ after: 1 })).toEqual({ data: [], truncated: true });
  });

  it("imports a refresh token", async () => {
    const { azure, asked } = client(success({}));
    await azure.importConnection({ userId: "ada", tenantId: "t-1", refreshToken: "0.A" });
    expect(asked[0]?.url).toBe(`${baseUrl}/connections`);
    expect(asked[0]?.body).toEqual({ user_id: "ada", tenant_id: "t-1", refresh_token: "0.A" });
  });

  it.each([
    [{ operation: "abc", status: "InProgress" }, true],
    [{ id: "/x", operation: "abc" }, false],
    [{ id: "/x" }, false],
    [null, false],
  ])("tells an operation under way from a result: %j", (data, running) => {
    expect(isRunning(data)).toBe(running);
  });

  it("throws the error of the envelope", async () => {
    const reason = failure("action_required", "Sign in again.", {
      request_id: "r-1",
      remedy: { action: "sign_in", message: "…", since: "2026-11-24T10:00:00Z" },
    });
    const { ada } = client(errorResponse(reason));
    const error = await ada.graph.user().catch((e: unknown) => e);
    expect(error).toMatchObject({
      name: "AzureError",
      message: "Sign in again.",
      code: "action_required",
      status: 424,
      request_id: "r-1",
      remedy: { action: "sign_in" },
    });
  });

  it("knows the envelope without its header, which a browser of another origin cannot see", async () => {
    const { ada } = client(json(errorEnvelope(failure("conflict", "Another account.")), 409));
    const error = await ada.confirm("f").catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "conflict", message: "Another account." });
  });

  it.each([
    [401, "unauthenticated"],
    [404, "not_found"],
    [418, "invalid_request"],
    [500, "internal_error"],
    [502, "upstream_error"],
    [520, "internal_error"],
  ])("gives a %i of somebody in between the code %s", async (status, code) => {
    const { azure } = client(new Response("<html>", { status }));
    const error = await azure.createSession({ userId: "ada" }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code });
    expect(String(error)).toContain(String(status));
  });

  it("waits as long as a throttled answer says, then asks again", async () => {
    const busy = errorResponse(failure("throttled", "Slow down.", { retry_after: 3 }));
    const { ada, slept } = client(busy, success({ id: "u" }));
    expect(await ada.graph.user()).toEqual({ data: { id: "u" } });
    expect(slept).toEqual([3000]);
  });

  it.each([
    failure("app_misconfigured", "DB lacks a table.", { details: { variable: "DB" } }),
    failure("app_misconfigured", "The credential was refused.", { retry_after: 1 }),
    failure("internal_error", "Something went wrong here."),
    failure("forbidden", "No."),
  ])("tells at once what is wrong with the service itself: %o", async (reason) => {
    const { ada, asked, slept } = client(errorResponse(reason), success({ id: "u" }));
    const error = await ada.graph.user().catch((e: unknown) => e);
    expect(error).toMatchObject(reason);
    expect([asked.length, slept]).toEqual([1, []]);
  });

  it("does not send a write again whose answer was lost", async () => {
    const { ada, asked } = client(new TypeError("reset"));
    const error = await ada.graph.sendMail({ message: {} }).catch((e: unknown) => e);
    expect(error).toMatchObject({ code: "upstream_unavailable", details: { outcome: "unknown" } });
    expect(String(error)).toContain(baseUrl);
    expect(asked).toHaveLength(1);
  });

  it("does not take another page for an answer", async () => {
    const { ada } = client(json({ hello: 1 }));
    const error = await ada.info().catch((e: unknown) => e);
    expect(error).toMatchObject({
      code: "upstream_error",
      message: `What answers at ${baseUrl} is not the connection service.`,
      details: { reason: "unexpected_body" },
    });
  });

  it.each([
    [{ baseUrl }, "apiKey"],
    [{ baseUrl: "ftp://x", token: "t" }, "baseUrl"],
    [{ baseUrl: "azure", token: "t" }, "baseUrl"],
  ])("says which option is wrong: %j", (options, field) => {
    expect(() => new AzureClient(options)).toThrow(
      expect.objectContaining({ code: "invalid_request", details: { field } }),
    );
  });
});
