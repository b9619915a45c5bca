import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";
import { createEndpoint } from "./notification-endpoint.ts";

const endpoint = createEndpoint();
let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness({ outbound: endpoint.outbound });
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
  endpoint.clear();
});

const make = async (displayName: string, path = "/me/mailFolders") => {
  const said = await graph.send("POST", path, { json: { displayName } });
  expect(said.status).toBe(201);
  return String(said.body["id"]);
};
const children = async (folder: string) =>
  (await graph.get(`/me/mailFolders/${folder}/childFolders`)).body.value?.map(
    ({ displayName }) => displayName,
  );
const first = async (folder = "inbox") => {
  const { body } = await graph.get(`/me/mailFolders/${folder}/messages?$top=1`);
  return body.value?.[0] ?? { id: "" };
};

describe("A mail folder", () => {
  it("is made in another one, renamed, moved and deleted with what is in it", async () => {
    const suppliers = await make("Suppliers", "/me/mailFolders/inbox/childFolders");
    const steam = await make("Steam", `/me/mailFolders/${suppliers}/childFolders`);
    expect(await children("inbox")).toEqual(["Suppliers"]);
    expect((await graph.get("/me/mailFolders/inbox")).body["childFolderCount"]).toBe(1);
    const renamed = await graph.send("PATCH", `/me/mailFolders/${steam}`, {
      json: { displayName: "Coal" },
    });
    expect(renamed.body).toMatchObject({ id: steam, displayName: "Coal" });
    const moved = await graph.send("POST", `/me/mailFolders/${steam}/move`, {
      json: { destinationId: "archive" },
    });
    expect([moved.status, await children("archive")]).toEqual([201, ["Coal"]]);
    await graph.send("POST", `/me/messages/${(await first()).id}/move`, {
      json: { destinationId: steam },
    });
    expect((await graph.send("DELETE", `/me/mailFolders/${steam}`)).status).toBe(204);
    expect((await graph.get(`/me/mailFolders/${steam}/messages`)).status).toBe(404);
    expect((await graph.get("/me/messages/$count")).text).toBe("249");
  });

  it("is copied with its messages", async () => {
    const folder = await make("Kept");
    await graph.send("POST", `/me/messages/${(await first()).id}/copy`, {
      json: { destinationId: folder },
    });
    const copy = await graph.send("POST", `/me/mailFolders/${folder}/copy`, {
      json: { destinationId: "archive" },
    });
    expect(copy.body).toMatchObject({ displayName: "Kept", totalItemCount: 1 });
    expect((await graph.get("/me/messages/$count")).text).toBe("252");
  });

  it("is hidden from lists unless they ask for it", async () => {
    await graph.send("POST", "/me/mailFolders", { json: { displayName: "H", isHidden: true } });
    const list = async (query: string) =>
      namesOf((await graph.get(`/me/mailFolders?$top=20${query}`)).body, "displayName");
    expect(await list("")).not.toContain("H");
    expect(await list("&includeHiddenFolders=true")).toContain("H");
  });

  it.each([
    ["PATCH", "/me/mailFolders/inbox", { displayName: "Mine" }, 403],
    ["DELETE", "/me/mailFolders/sentitems", undefined, 403],
    ["POST", "/me/mailFolders/inbox/move", { destinationId: "archive" }, 403],
    ["POST", "/me/mailFolders", { displayName: "inbox" }, 409],
    ["POST", "/me/mailFolders", { displayName: "" }, 400],
    ["POST", "/me/mailFolders/archive/copy", { destinationId: "archive" }, 400],
    ["POST", "/me/mailFolders/archive/copy", { destinationId: "nowhere" }, 400],
    ["POST", "/me/mailFolders/archive/copy", {}, 400],
  ])("is protected: %s %s %j", async (method, path, json, status) => {
    const said = await graph.send(method, path, json === undefined ? {} : { json });
    expect(said.status).toBe(status);
    expect((await graph.get("/me/mailFolders?$top=20")).body.value).toHaveLength(7);
  });
});

describe("A message that is moved", () => {
  it("has another id in another folder, unless its id is immutable", async () => {
    const { id } = await first();
    const headers = { prefer: 'IdType="ImmutableId"' };
    const lasting = (await graph.get(`/me/messages/${id}`, { headers })).body["id"];
    const moved = await graph.send("POST", `/me/messages/${id}/move`, {
      json: { destinationId: "archive" },
    });
    expect(moved.status).toBe(201);
    expect(moved.body["id"]).not.toBe(id);
    expect((await graph.get(`/me/messages/${id}`)).status).toBe(404);
    expect((await graph.get(`/me/messages/${String(lasting)}`)).body["subject"]).toBe(
      moved.body["subject"],
    );
    const inbox = await graph.get(`/me/mailFolders/inbox/messages/${String(moved.body["id"])}`);
    expect([inbox.status, codeOf(inbox)]).toEqual([404, "ErrorItemNotFound"]);
  });

  it("is gone from one folder's changes and new in the other's", async () => {
    const link = async (folder: string) => {
      const pages = await graph.pages(`/me/mailFolders/${folder}/messages/delta?$top=1000`);
      return pages.at(-1)?.["@odata.deltaLink"] ?? "";
    };
    const [inbox, archive] = [await link("inbox"), await link("archive")];
    const { id } = await first();
    await graph.send("POST", `/me/messages/${id}/move`, { json: { destinationId: "archive" } });
    expect((await graph.get(inbox)).body.value).toEqual([
      expect.objectContaining({ id, "@removed": { reason: "deleted" } }),
    ]);
    expect((await graph.get(archive)).body.value).toEqual([
      expect.objectContaining({ subject: expect.any(String) }),
    ]);
  });

  it("is told of: deleted where it was, created where it is", async () => {
    await graph.send("POST", "/subscriptions", {
      json: {
        changeType: "created,updated,deleted",
        resource: "me/messages",
        notificationUrl: "https://worker.example/notifications",
        expirationDateTime: new Date(graph.world.now() + 7_200_000).toISOString(),
      },
    });
    const { id } = await first();
    await graph.send("POST", `/me/messages/${id}/move`, { json: { destinationId: "archive" } });
    await expect.poll(() => endpoint.told().length).toBe(2);
    expect(endpoint.told().map(({ changeType }) => changeType)).toEqual(["deleted", "created"]);
  });
});
