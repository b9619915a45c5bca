import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { connected, signIn, type Stub } from "./support/connections.ts";
import { asAll, call, json } from "./support/http.ts";
import { sandbox } from "./support/sandbox.ts";

/** A 403 of Microsoft's, as HTTP and RPC report it. */

const service = exports.AzureService({ props: { caller: "test" } });

interface Refusal {
  code?: string;
  remedy?: { action: string; scopes?: string[]; connect_url?: string; message: string };
  details?: Record<string, unknown>;
}
const failing = (work: Promise<unknown>): Promise<Refusal> =>
  work.then(
    () => ({}),
    (reason: unknown) => reason as Refusal,
  );

const grace = "grace@contoso.example";
const noon = { dateTime: "2026-11-24T12:00:00", timeZone: "UTC" };

let userId: string;
let stub: Stub;
beforeAll(async () => {
  // Consents of one account are remembered between its connections.
  await sandbox.reset();
  const made = await connected(grace);
  stub = made.stub;
  userId = made.id.slice("user:".length);
});

const overHttp = async (path: string, init: RequestInit = {}): Promise<Refusal> => {
  const separator = path.includes("?") ? "&" : "?";
  const { body } = await call(`${path}${separator}user_id=${userId}`, asAll(init));
  return body as Refusal;
};

describe("a permission that the connection lacks", () => {
  test.each<[string, string, RequestInit?]>([
    ["/contacts", "Contacts.Read"],
    ["/files?path=Documents", "Files.Read"],
    ["/users", "User.ReadBasic.All"],
    ["/users/ada@contoso.example", "User.ReadBasic.All"],
    ["/mail/send", "Mail.Send", json("POST", { message: { subject: "x" } })],
    [
      "/calendar/events",
      "Calendars.ReadWrite",
      json("POST", { subject: "x", start: noon, end: noon }),
    ],
  ])("is named over HTTP by %s: %s", async (path, permission, init) => {
    const refused = await overHttp(path, init);
    expect(refused).toMatchObject({
      success: false,
      code: "forbidden",
      error: expect.stringContaining(permission),
      remedy: { action: "consent", scopes: [permission] },
      details: { upstream_status: 403, upstream_request_id: expect.any(String) },
    });
    expect(refused.remedy?.connect_url).toContain("/reconnect?link=");
  });

  test.each<[string, () => Promise<unknown>, string]>([
    ["listContacts", () => service.listContacts({ userId }), "Contacts.Read"],
    ["getUser", () => service.getUser({ userId, id: "ada@contoso.example" }), "User.ReadBasic.All"],
  ])("is named over RPC by %s", async (_, ask, permission) => {
    expect(await failing(ask())).toMatchObject({
      code: "forbidden",
      status: 403,
      message: expect.stringContaining(permission),
      remedy: { action: "consent", scopes: [permission] },
    });
  });

  test("is granted by a sign-in that asks for the remedy's scopes", async () => {
    const { remedy } = await overHttp("/contacts");
    const scopes = remedy?.scopes ?? [];
    await signIn(stub, grace, { scopes });
    expect((await overHttp("/contacts")) as object).toMatchObject({ success: true });
  });
});

test("a refusal of what was granted is about the person's own rights: it has no remedy", async () => {
  await sandbox.fault({
    match: { url: "graph.microsoft.com/v1.0/me/messages" },
    respond: { status: 403, body: { error: { code: "ErrorAccessDenied", message: "no" } } },
  });
  const refused = await overHttp("/mail");
  expect(refused).toMatchObject({ code: "forbidden", details: { upstream_status: 403 } });
  expect(refused.remedy).toBeUndefined();
});

test("a refusal of Azure names the role that is enough, and who can assign it", async () => {
  const refused = await overHttp(
    `/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/refused-${crypto.randomUUID()}`,
    json("PUT", { location: "westeurope" }),
  );
  expect(refused).toMatchObject({
    code: "forbidden",
    error: expect.stringContaining("Contributor"),
    remedy: { action: "contact_admin", message: expect.stringContaining("Contributor") },
    details: { upstream_code: "AuthorizationFailed" },
  });
  expect(refused.remedy).not.toHaveProperty("connect_url");
});
