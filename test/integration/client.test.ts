import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { ArmClient } from "../../src/arm/index.ts";
import { AzureClient, type ConnectionClient, isRunning } from "../../src/client/index.ts";
import { GraphClient } from "../../src/graph/index.ts";
import { CONTOSO_SUBSCRIPTION as subscription } from "../sandbox/constants.ts";
import { connected } from "./support/connections.ts";
import { origin } from "./support/http.ts";

/** The package's client against the real routes: what a type offers, a route has to take. */

const azure = new AzureClient({
  baseUrl: origin,
  apiKey: "azk_all_all-secret",
  fetch: (url, init) => exports.default.fetch(new Request(url, init)),
});
let ada: ConnectionClient;
beforeAll(async () => {
  const { id } = await connected("ada@contoso.example", {
    scopes: ["Calendars.ReadWrite", "Files.ReadWrite", "User.ReadBasic.All"],
  });
  ada = azure.connection({ userId: id.slice("user:".length) });
});

const top = 5;
const apiVersion = "2021-04-01";
const expand = "createdTime";
const tagged = { filter: "tagName eq 'env'", top, apiVersion };

describe("AzureClient", () => {
  test.each<[string, () => Promise<{ data: unknown }>]>([
    ["info", () => ada.info()],
    ["events", () => ada.events({ after: 0, limit: 5 })],
    ["token", () => ada.token({ resource: "arm", minValidity: 30, staleGeneration: 0 })],
    ["refresh", () => ada.refresh({ resource: "graph" })],
    ["ticket", () => ada.ticket()],
    ["connections", () => azure.connections({ status: "active", top })],
    ["user", () => ada.graph.user({ select: "id" })],
    ["users", () => ada.graph.users({ search: "displayName:ada", select: "id", top })],
    ["userById", () => ada.graph.userById("grace@contoso.example", { select: "id" })],
    ["messages", () => ada.graph.messages({ folder: "inbox", orderBy: "subject", top })],
    ["messages searched", () => ada.graph.messages({ search: "invoice", select: "subject" })],
    [
      "events of the calendar",
      () => ada.graph.events({ start: "2026-11-01", end: "2026-12-01", timeZone: "UTC", top }),
    ],
    ["batch", () => ada.graph.batch([{ method: "GET", url: "/me" }])],
    ["subscriptions", () => ada.arm.subscriptions({ top, apiVersion: "2022-12-01" })],
    ["subscription", () => ada.arm.subscription(subscription, { apiVersion: "2022-12-01" })],
    ["resourceGroups", () => ada.arm.resourceGroups(subscription, tagged)],
    ["resources", () => ada.arm.resources(subscription, { ...tagged, expand })],
    ["providers", () => ada.arm.providers(subscription, { top, apiVersion, expand: "metadata" })],
    [
      "provider",
      () => ada.arm.provider(subscription, "Microsoft.Storage", { apiVersion, expand: "metadata" }),
    ],
    ["tagNames", () => ada.arm.tagNames(subscription, { top, apiVersion })],
  ])("asks for %s with every option it has", async (_, ask) => {
    expect((await ask()).data).toBeTypeOf("object");
  });

  test("creates an event whose times are written in the zone asked for", async () => {
    const time = (hour: number) => ({ dateTime: `2026-11-24T${hour}:00:00`, timeZone: "UTC" });
    const event = { subject: "Tea", start: time(15), end: time(16) };
    const { data } = await ada.graph.createEvent(event, { timeZone: "Europe/Berlin" });
    expect(data.start).toMatchObject({ timeZone: "Europe/Berlin" });
  });

  test("follows a resource group from its creation to its deletion", async () => {
    const name = `client-${crypto.randomUUID()}`;
    const { data: made } = await ada.arm.putResourceGroup(subscription, name, {
      location: "westeurope",
      tags: { env: "test" },
    });
    const inGroup = { resourceGroup: name, expand };
    expect((await ada.arm.resources(subscription, inGroup)).data).toEqual([]);
    const patch = { operation: "Merge", tags: { owner: "ada" } } as const;
    const { data: tags } = await ada.arm.updateTags(made.id, patch);
    expect(tags).toMatchObject({ properties: { tags: { env: "test", owner: "ada" } } });
    let { data: ending } = await ada.arm.deleteResourceGroup(subscription, name);
    expect(isRunning(ending)).toBe(true);
    while (isRunning(ending)) ({ data: ending } = await ada.arm.operation<null>(ending.operation));
    expect(ending).toBeNull();
    const gone = await ada.arm.resourceGroup(subscription, name).catch((error: unknown) => error);
    expect(gone).toMatchObject({ code: "not_found" });
  });

  test("writes a file, and reads it back whole and in part", async () => {
    const path = `client ${crypto.randomUUID()} ü.txt`;
    const { data: item } = await ada.graph.uploadFile(
      path,
      new Blob(["héllo"], { type: "text/plain" }),
    );
    expect(item).toMatchObject({ name: path, size: 6, file: { mimeType: "text/plain" } });
    expect(await (await ada.graph.downloadFile(path)).text()).toBe("héllo");
    const range = { first: 3, last: 4 };
    const part = await ada.graph.downloadFile(path, { range });
    expect([part.status, await part.text()]).toEqual([206, "ll"]);
    const missing = await ada.graph.downloadFile("no such.txt").catch((error: unknown) => error);
    expect(missing).toMatchObject({ code: "not_found" });
    const above = await ada.graph.uploadFile("../x", "x").catch((error: unknown) => error);
    expect(above).toMatchObject({ code: "invalid_request", details: { field: "path" } });
  });

  test("tells that the Worker runs, and describes it", async () => {
    expect((await azure.health()).data).toMatchObject({ status: "ok", service: "azure" });
    expect((await azure.openApi()).data).toMatchObject({ openapi: "3.1.0" });
  });

  test("starts a sign-in of a server, and names what is wrong with one as its caller wrote it", async () => {
    const { data } = await ada.beginConnect({
      returnUrl: "https://app.example/done",
      scopes: ["Mail.Send", "Contacts.Read"],
      loginHint: "ada@contoso.example",
    });
    const url = new URL(data.auth_url);
    expect(url.searchParams.get("state")).toBe(data.state);
    expect(url.searchParams.get("scope")?.split(" ")).toEqual(
      expect.arrayContaining(["Mail.Send", "Contacts.Read"]),
    );
    const wrong = (options: Parameters<typeof ada.beginConnect>[0]) =>
      ada.beginConnect(options).catch((error: unknown) => error);
    expect(await wrong({})).toMatchObject({ details: { field: "returnUrl" } });
    expect(await wrong({ tenantId: "a/b" })).toMatchObject({ details: { field: "tenantId" } });
  });

  test("starts an administrator's consent, and gives the address that signs out", async () => {
    const { data } = await azure.adminConsent({ tenantId: "contoso.example" });
    expect(new URL(data.admin_consent_url).searchParams.get("state")).toBe(data.state);
    const answer = await exports.default.fetch(
      new Request(azure.logoutUrl("https://app.example/bye"), { redirect: "manual" }),
    );
    expect(answer.status).toBe(302);
    expect(answer.headers.get("location")).toContain("post_logout_redirect_uri");
  });

  test("calls Microsoft's own routes through the gateways", async () => {
    const graph = new GraphClient(ada, { endpoint: `${origin}/graph` });
    const ids = new Set<unknown>();
    for await (const { id } of graph.messages.list({ top: 10 })) {
      ids.add(id);
      if (ids.size === 25) break;
    }
    expect(ids.size).toBe(25);
    const arm = new ArmClient(ada, { endpoint: `${origin}/arm` });
    expect(await arm.subscriptions.get(subscription)).toMatchObject({
      subscriptionId: subscription,
    });
    const refused = await graph.users.get("nobody@contoso.example").catch((e: unknown) => e);
    expect(refused).toMatchObject({ code: "not_found" });
  });

  test("lists what a person's session may see, by a token that ends and is renewed", async () => {
    const userId = ada.id.slice("user:".length);
    const minted: string[] = [];
    const mine = new AzureClient({
      baseUrl: origin,
      token: async () => {
        // The first one is not valid, as one that has ended.
        const { data } = await azure.createSession({ userId, ttl: 60 });
        minted.push(minted.length === 0 ? `${data.token}x` : data.token);
        return minted.at(-1) ?? "";
      },
      fetch: (url, init) => exports.default.fetch(new Request(url, init)),
    });
    const { data } = await mine.connections();
    expect(data.map(({ id }) => id)).toEqual([ada.id]);
    expect(minted).toHaveLength(2);
  });

  test("offers no filter where a route takes none", async () => {
    const filter = "state eq 'Enabled'";
    const asked = [
      // @ts-expect-error -- these lists know no $filter
      () => ada.arm.subscriptions({ filter }),
      // @ts-expect-error -- these lists know no $filter
      () => ada.arm.providers(subscription, { filter }),
      // @ts-expect-error -- these lists know no $filter
      () => ada.arm.tagNames(subscription, { filter }),
    ];
    for (const ask of asked) {
      const refused = await ask().catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "invalid_request" });
    }
  });
});
