import { describe, expect, test } from "vitest";
import { errorResponse, failure } from "../../src/contract/errors.ts";
import { newUser } from "./support/connections.ts";
import { asAll, bearer, call, connectedUser, http, inEnvironment, json } from "./support/http.ts";

const upgrade = { upgrade: "websocket" };

async function ticketFor(id: string, headers = bearer("all")): Promise<string> {
  const { body } = await call(`/connections/${id}/tickets`, { method: "POST", headers });
  return (body["data"] as { ticket: string }).ticket;
}

const offering = (ticket: string) => ({
  ...upgrade,
  "sec-websocket-protocol": `azure.v1, ticket.${ticket}`,
});

/** The first message of a socket. */
async function firstMessage(response: Response): Promise<unknown> {
  const socket = response.webSocket;
  if (socket === null) throw new Error(`no upgrade: ${response.status} ${await response.text()}`);
  const { promise, resolve } = Promise.withResolvers<unknown>();
  socket.addEventListener("message", ({ data }) => resolve(JSON.parse(String(data))), {
    once: true,
  });
  socket.accept();
  const message = await promise;
  socket.close(1000);
  return message;
}

describe("the live socket", () => {
  test("opens by Authorization and sends the connection's state first", async () => {
    const { id } = await connectedUser();
    const response = await http(`/connections/${id}/live`, {
      headers: { ...bearer("reader"), ...upgrade },
    });
    expect(response.status).toBe(101);
    expect(response.headers.get("sec-websocket-protocol")).toBeNull();
    expect(await firstMessage(response)).toMatchObject({
      type: "snapshot",
      data: { id, status: "active" },
    });
  });

  test("opens by a ticket, once, and names its protocol", async () => {
    const { id } = await connectedUser();
    const headers = offering(await ticketFor(id));
    const response = await http(`/connections/${id}/live?after=0`, { headers });
    expect(response.status).toBe(101);
    expect(response.headers.get("sec-websocket-protocol")).toBe("azure.v1");
    expect(await firstMessage(response)).toMatchObject({ type: "snapshot" });
    const again = await call(`/connections/${id}/live`, { headers });
    expect([again.status, again.body["code"]]).toEqual([401, "unauthenticated"]);
  });

  test("opens for a page that has no more than a session's usual scopes", async () => {
    const { id, userId } = await connectedUser();
    const { body } = await call("/sessions", asAll(json("POST", { user_id: userId })));
    const { token } = body["data"] as { token: string };
    const ticket = await ticketFor(id, { authorization: `Bearer ${token}` });
    const response = await http(`/connections/${id}/live`, { headers: offering(ticket) });
    expect(response.status).toBe(101);
    await firstMessage(response);
  });

  test("is refused before the upgrade without a credential of this connection", async () => {
    const { id } = await connectedUser();
    const other = await connectedUser();
    const { body } = await call("/sessions", asAll(json("POST", { user_id: other.userId })));
    const { token } = body["data"] as { token: string };
    for (const [headers, status] of [
      [upgrade, 401],
      [{ ...upgrade, "sec-websocket-protocol": "azure.v1" }, 401],
      [offering("nonsense"), 401],
      [offering(token), 401],
      [offering(await ticketFor(other.id)), 401],
      [{ ...upgrade, authorization: `Bearer ${await ticketFor(id)}` }, 401],
      [{ ...upgrade, authorization: `Bearer ${token}` }, 404],
      [{ ...upgrade, ...bearer("none") }, 403],
    ] as const) {
      const response = await http(`/connections/${id}/live`, { headers });
      expect(response.status).toBe(status);
      expect(response.webSocket).toBeNull();
      expect(await response.json()).toMatchObject({ success: false });
    }
  });

  test.each(["-1", "x", "1.5", ""])("is refused with after=%j", async (after) => {
    const { id } = await connectedUser();
    const { status, body } = await call(`/connections/${id}/live?after=${after}`, {
      headers: { ...bearer("all"), ...upgrade },
    });
    expect([status, body["details"]]).toEqual([400, { field: "after" }]);
  });

  test("is refused where there is no connection, and no upgrade", async () => {
    const path = `/connections/user:${newUser()}`;
    const unknown = await call(`${path}/live`, { headers: { ...bearer("all"), ...upgrade } });
    expect([unknown.status, unknown.body["code"]]).toEqual([404, "not_found"]);
    const tickets = await call(`${path}/tickets`, asAll({ method: "POST" }));
    expect(tickets.status).toBe(404);
    const { id } = await connectedUser();
    const plain = await call(`/connections/${id}/live`, asAll());
    expect([plain.status, plain.body["details"]]).toEqual([400, { field: "upgrade" }]);
  });
});

describe("a socket that the connection itself refuses", () => {
  test.each([
    [
      failure("throttled", "Too many sockets are open.", {
        details: { reason: "too_many_sockets" },
      }),
      429,
    ],
    [failure("conflict", "Too many of them.", { details: { reason: "too_many_resources" } }), 409],
    [failure("app_misconfigured", "No.", { details: { variable: "API_KEYS" } }), 503],
    [failure("throttled", "Later.", { retry_after: 7 }), 429],
  ])("is not upgraded, and says why: %o", async (reason, status) => {
    const AZURE_CONNECTION = { getByName: () => ({ fetch: async () => errorResponse(reason) }) };
    const response = await inEnvironment(
      { AZURE_CONNECTION },
      "/connections/user:ada/live",
      asAll({ headers: upgrade }),
    );
    expect(response.status).toBe(status);
    expect(response.webSocket).toBeNull();
    expect(response.headers.get("x-azure-error")).toBe(reason.code);
    expect(response.headers.get("retry-after")).toBe(reason.retry_after?.toString() ?? null);
    const { message, ...rest } = reason;
    expect(await response.json()).toEqual({
      success: false,
      error: message,
      ...rest,
      request_id: expect.stringMatching(/^[\da-f-]{36}$/),
    });
  });
});
