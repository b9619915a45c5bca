import { describe, expect, test } from "vitest";
import { listContacts } from "../../../src/api/contacts.ts";
import { neededFor, type Needs } from "../../../src/api/operation.ts";
import { getUser } from "../../../src/api/people.ts";
import type { ConnectionInfo } from "../../../src/contract/connection-info.ts";
import type { Outcome } from "../../../src/contract/connection-rpc.ts";
import { AzureError, failure, unknownConnection } from "../../../src/contract/errors.ts";
import { err, ok } from "../../../src/contract/result.ts";
import { readReconnectLink } from "../../../src/connection/grant/reconnect-link.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import { personalTenantId } from "../../../src/entra/tenant.ts";
import type { SessionSecret } from "../../../src/platform/keys.ts";
import { explained } from "../../../src/operations/forbidden.ts";

const sessionSecret: SessionSecret = ["a-session-secret-for-tests-of-at-least-32-bytes"];
const contacts = neededFor(listContacts, {});
const ownProfile = neededFor(getUser, {});
const anotherProfile = neededFor(getUser, { id: "grace" });
const reader: Needs = { role: "Reader" };

const refusal = (code: string, status = 403) =>
  new AzureError(
    failure("forbidden", "no", {
      request_id: "ours",
      details: { upstream_status: status, upstream_code: code },
    }),
  );

const infoOf = (scopes: string[], change: Partial<ConnectionInfo> = {}): ConnectionInfo => ({
  id: "user:ada:work",
  kind: "user",
  status: "active",
  identity: { tenant_id: "t", object_id: "o", upn: null, name: null },
  scopes,
  resources: [],
  cooldowns: [],
  created_at: "2026-11-28T00:00:00Z",
  updated_at: "2026-11-28T00:00:00Z",
  last_refresh_at: null,
  last_used_at: null,
  ...change,
});

/** What becomes of an error, and how often the connection was asked. */
async function explain(error: unknown, needs: Needs | undefined, info?: Outcome<ConnectionInfo>) {
  let asked = 0;
  const result = await explained(error, needs, {
    connectionId: "user:ada:work",
    connection: {
      async info() {
        asked += 1;
        if (info === undefined) throw new Error("the object is away");
        return info;
      },
    },
    config: { cloud: clouds.global, publicOrigin: "https://azure.example", sessionSecret },
    now: () => Date.UTC(2026, 10, 28),
  });
  return { result, asked };
}

const personal = {
  identity: { tenant_id: personalTenantId, object_id: "o", upn: null, name: null },
};

describe("a 403 of Graph's", () => {
  test("to an application asks the administrator of its tenant, since nobody signs in for it", async () => {
    const tenant = infoOf([], { kind: "tenant", roles: ["User.Read.All"], proof: "asserted" });
    const { result } = await explain(refusal("ErrorAccessDenied"), contacts, ok(tenant));
    expect(result).toMatchObject({
      code: "forbidden",
      request_id: "ours",
      remedy: {
        action: "admin_consent",
        admin_consent_url: "https://azure.example/admin-consent?tenant_id=t",
      },
    });
    expect(result).not.toHaveProperty("remedy.connect_url");
  });

  test.each<[string, Needs | undefined, string[], Partial<ConnectionInfo>, string]>([
    ["no permission of the kind", contacts, ["Mail.Read"], {}, "Contacts.Read"],
    ["nothing at all", contacts, [], {}, "Contacts.Read"],
    [
      "the permission of another resource",
      contacts,
      ["https://vault.azure.net/Contacts.Read"],
      {},
      "Contacts.Read",
    ],
    [
      "its own profile, when another's is asked for",
      anotherProfile,
      ["User.Read"],
      {},
      "User.ReadBasic.All",
    ],
    ["no permission of a personal account", contacts, ["User.Read"], personal, "Contacts.Read"],
    [
      "what personal accounts have no use of",
      ownProfile,
      ["User.ReadBasic.All"],
      personal,
      "User.Read",
    ],
  ])(
    "names the least permission where the connection holds %s",
    async (_, needs, scopes, change, least) => {
      const error = refusal("ErrorAccessDenied");
      const { result } = await explain(error, needs, ok(infoOf(scopes, change)));
      const sentence = `This needs the permission ${least}, or one that includes it, and the connection was granted none of them.`;
      expect(result).toMatchObject({
        code: "forbidden",
        message: sentence,
        cause: error,
        request_id: "ours",
        details: { upstream_code: "ErrorAccessDenied" },
        remedy: {
          action: "consent",
          message: sentence,
          scopes: [least],
          connect_url: expect.stringContaining("https://azure.example/reconnect?link="),
          since: "2026-11-28T00:00:00.000Z",
        },
      });
      const { remedy } = result as AzureError;
      const link = new URL(remedy?.connect_url ?? "").searchParams.get("link") ?? "";
      expect(await readReconnectLink(sessionSecret, link, Date.UTC(2026, 10, 28))).toEqual({
        ok: true,
        value: {
          connectionId: "user:ada:work",
          link: { account: expect.any(String), scopes: [least] },
        },
      });
    },
  );

  test.each<[string, Needs | undefined, Outcome<ConnectionInfo> | undefined]>([
    ["the permission is granted", contacts, ok(infoOf(["contacts.read"]))],
    [
      "it is granted by its full name",
      contacts,
      ok(infoOf(["https://graph.microsoft.com/Contacts.Read"])),
    ],
    ["one that includes it is granted", contacts, ok(infoOf(["Contacts.ReadWrite"]))],
    ["the account can grant none", anotherProfile, ok(infoOf(["User.Read"], personal))],
    ["the connection is gone", contacts, err(unknownConnection())],
    ["the connection cannot be asked", contacts, undefined],
  ])("stays as it is when %s", async (_, needs, info) => {
    const error = refusal("ErrorAccessDenied");
    expect(await explain(error, needs, info)).toEqual({ result: error, asked: 1 });
  });
});

describe("a 403 of Azure's", () => {
  test("names the role that is enough, without asking the connection", async () => {
    const { result, asked } = await explain(refusal("AuthorizationFailed"), reader);
    expect(result).toMatchObject({
      message: expect.stringContaining("such as Reader"),
      remedy: { action: "contact_admin", message: expect.stringContaining("such as Reader") },
    });
    expect(asked).toBe(0);
  });

  test.each(["RequestDisallowedByPolicy", "ReadOnlyDisabledSubscription", ""])(
    "stays as it is when roles are not the reason: %s",
    async (code) => {
      const error = refusal(code);
      expect((await explain(error, reader)).result).toBe(error);
    },
  );
});

test.each<[string, unknown, Needs | undefined]>([
  ["an operation that needs nothing of Microsoft", refusal("ErrorAccessDenied"), undefined],
  ["a refusal for legal reasons", refusal("ErrorAccessDenied", 451), contacts],
  ["an error of ours", new AzureError(failure("forbidden", "no")), contacts],
  [
    "another error of Microsoft's",
    new AzureError(failure("not_found", "no", { details: { upstream_status: 404 } })),
    contacts,
  ],
  ["a fault of the program", new TypeError("x"), contacts],
])("%s is left alone, and the connection is not asked", async (_, error, needs) => {
  expect(await explain(error, needs)).toEqual({ result: error, asked: 0 });
});
