import { describe, expect, it } from "vitest";
import { AzureClient, AzureConnectionCredential, LiveClient } from "../../../src/client/index.ts";
import { AzureError } from "../../../src/contract/errors.ts";
import { json, scripted } from "../arm/script.ts";

const half = "\ud800";
const script = scripted(...Array.from({ length: 40 }, () => json({ success: true, data: [] })));
const azure = new AzureClient({
  baseUrl: "https://azure.example.com",
  apiKey: "azk_1_secret",
  fetch: script.fetch,
});
const ada = azure.connection({ userId: "ada" });
const subscription = "aaaaaaaa-1111-4000-8000-000000000001";

describe("half a surrogate pair in an argument is refused by its name, and nothing is sent", () => {
  it.each<[string, () => unknown, string]>([
    ["a message id", () => ada.graph.message(`a${half}`), "id"],
    ["a user id", () => ada.graph.userById(`${half}b`), "id"],
    ["a filter", () => ada.graph.messages({ filter: half }), "filter"],
    ["a search", () => ada.graph.users({ search: `x\udfff` }), "search"],
    ["an order", () => ada.graph.events({ orderBy: half }), "order_by"],
    ["a time zone", () => ada.graph.events({ timeZone: half }), "time_zone"],
    ["a cursor", () => ada.arm.subscriptions({ cursor: half }), "cursor"],
    ["a subscription id", () => ada.arm.subscription(half), "subscriptionId"],
    ["a group's name", () => ada.arm.resourceGroup(subscription, half), "name"],
    [
      "a group to list",
      () => ada.arm.resources(subscription, { resourceGroup: half }),
      "resourceGroup",
    ],
    ["a namespace", () => ada.arm.provider(subscription, half), "namespace"],
    ["a resource's id", () => ada.arm.deleteResource(`/x/${half}`), "id"],
    ["an operation's id", () => ada.arm.operation(half), "id"],
    ["a user to connect", () => azure.connection({ userId: half }), "connection"],
    ["a label", () => azure.connection({ userId: "a", label: half }), "connection"],
    ["a connection's id", () => azure.connection({ connection: half }), "connection"],
    ["a user to list", () => azure.connections({ userId: half }), "user_id"],
    ["a resource for a token", () => ada.token({ resource: half }), "resource"],
    [
      "a user of a socket",
      () =>
        new LiveClient({
          baseUrl: "https://azure.example.com",
          who: { userId: half },
          ticket: async () => "t",
        }),
      "connection",
    ],
    [
      "a user of a credential",
      () =>
        new AzureConnectionCredential({
          baseUrl: "https://azure.example.com",
          apiKey: "k",
          userId: half,
        }),
      "connection",
    ],
  ])("%s", async (_, call, field) => {
    const error = await (async () => call())().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(AzureError);
    expect(error).toMatchObject({ code: "invalid_request", status: 400, details: { field } });
    expect(script.asked).toEqual([]);
  });
});

it.each(["", ".", ".."])("a segment that would be another path is refused: %j", async (id) => {
  for (const [call, field] of [
    [() => ada.graph.message(id), "id"],
    [() => ada.graph.userById(id), "id"],
    [() => ada.arm.resourceGroup(subscription, id), "name"],
  ] as const) {
    const error = await call().catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "invalid_request", details: { field } });
  }
});

it("whole pairs, and what only looks like an escape, go out as they are", async () => {
  const fresh = scripted(json({ success: true, data: {} }), json({ success: true, data: {} }));
  const other = new AzureClient({
    baseUrl: "https://azure.example.com///",
    apiKey: "azk_1_secret",
    fetch: fresh.fetch,
  }).connection({ userId: "ada" });
  await other.graph.message("😀%2F..%ED%A0%80");
  await other.graph.messages({ search: "😀 %" });
  expect(fresh.asked.map(({ url }) => url)).toEqual([
    "https://azure.example.com/mail/%F0%9F%98%80%252F..%25ED%25A0%2580?user_id=ada",
    "https://azure.example.com/mail?user_id=ada&search=%F0%9F%98%80+%25",
  ]);
});
