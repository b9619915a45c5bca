import { runInDurableObject } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { connected, expectOk, signIn } from "./support/connections.ts";

const graph = "https://graph.microsoft.com/v1.0";
type Connected = Awaited<ReturnType<typeof connected>>;

const call = async ({ stub }: Connected, path: string, init?: RequestInit) => {
  const response = await stub.fetch(`${graph}${path}`, init);
  await response.body?.cancel();
  return response.status;
};
const usedBy = async ({ stub }: Connected) => expectOk(await stub.info()).used_permissions;
const names = async (connection: Connected) =>
  (await usedBy(connection))?.map(({ permission }) => permission);

describe("permissions that a connection has used", () => {
  test("are none at first; each is noted once, at its first use", async () => {
    const connection = await connected();
    expect(await usedBy(connection)).toBeUndefined();
    expect(await call(connection, "/me/messages?$top=1")).toBe(200);
    const [first] = (await usedBy(connection)) ?? [];
    expect(first?.permission).toBe("Mail.Read");
    expect(await call(connection, "/me/mailFolders")).toBe(200);
    expect(await usedBy(connection)).toEqual([first]);
    expect(await call(connection, "/me")).toBe(200);
    expect(await names(connection)).toEqual(["Mail.Read", "User.Read"]);
  });

  test("are written once: further calls of the kind write nothing for it", async () => {
    const connection = await connected();
    await call(connection, "/me/messages?$top=1");
    const written = () =>
      runInDurableObject(connection.stub, (_, { storage }) => {
        const [row] = storage.sql
          .exec<{ used: string }>("SELECT used_permissions AS used FROM grant")
          .toArray();
        return row?.used;
      });
    const before = await written();
    await call(connection, "/me/messages?$top=2");
    expect(await written()).toBe(before);
  });

  test("are not those of a call that was refused", async () => {
    const connection = await connected();
    expect(await call(connection, "/me/contacts")).toBe(403);
    expect(await call(connection, "/me/messages/none")).toBe(400);
    expect(await usedBy(connection)).toBeUndefined();
  });

  test("of other services are these services, and what is not known is said to be so", async () => {
    const connection = await connected();
    const arm = await connection.stub.fetch(
      "https://management.azure.com/subscriptions?api-version=2022-12-01",
    );
    await arm.body?.cancel();
    await call(connection, "/$batch", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ requests: [{ id: "1", method: "GET", url: "/me" }] }),
    });
    expect(await names(connection)).toEqual(["arm", "unknown"]);
  });

  test("are forgotten with the grant", async () => {
    const connection = await connected();
    await call(connection, "/me");
    expect(expectOk(await connection.stub.disconnect()).used_permissions).toBeUndefined();
    expectOk(await signIn(connection.stub, "grace@contoso.example"));
    expect(await usedBy(connection)).toBeUndefined();
    await call(connection, "/me/messages?$top=1");
    expect(await names(connection)).toEqual(["Mail.Read"]);
  });
});
