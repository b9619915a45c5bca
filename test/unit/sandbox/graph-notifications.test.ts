import { createDecipheriv, createHmac, createPrivateKey, privateDecrypt } from "node:crypto";
import { jwtVerify } from "jose";
import { generate } from "selfsigned";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CLIENT_ID, CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { createControl } from "../../sandbox/control.ts";
import { Faults } from "../../sandbox/faults.ts";
import { RequestLog } from "../../sandbox/request-log.ts";
import { ADA, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";
import { createEndpoint } from "./notification-endpoint.ts";

const endpoint = createEndpoint();
const address = "https://worker.example/notifications";
const lifecycleAddress = "https://worker.example/lifecycle";
const adaId = "aaaaaaaa-2222-4000-8000-000000000001";
const graceId = "aaaaaaaa-2222-4000-8000-000000000002";

let graph: GraphHarness;
let control: ReturnType<typeof createControl>;
let app: string;
beforeAll(async () => {
  graph = await createGraphHarness({ outbound: endpoint.outbound });
  control = createControl(graph.world, new RequestLog(), new Faults());
  app = await graph.appToken(CONTOSO_TENANT, "Mail.Read", "User.Read.All", "Files.ReadWrite.All");
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
  endpoint.clear();
});
afterAll(() => graph.world.reset());

async function subscribe(
  change: Record<string, unknown>,
  token = graph.ada,
  prefer = "",
): Promise<string> {
  const { status, body } = await graph.send("POST", "/subscriptions", {
    token,
    headers: { prefer },
    json: {
      changeType: "created,updated,deleted",
      notificationUrl: address,
      expirationDateTime: new Date(graph.world.now() + 7_200_000).toISOString(),
      clientState: "secret",
      ...change,
    },
  });
  expect([status, body.error]).toEqual([201, undefined]);
  return String(body["id"]);
}

const steer = async (path: string, body: unknown, method = "POST") => {
  const response = await control.request(path, { method, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
};
const arrive = async (change: Record<string, unknown> = {}) =>
  (await steer("/messages", { user: ADA, ...change })).body;
const play = (subscription: string, what: Record<string, unknown>) =>
  steer("/notifications", { subscription, ...what });
const typesTold = () => endpoint.told().map(({ changeType }) => changeType);

describe("A change of a mailbox", () => {
  it("is told as Graph tells it", async () => {
    const subscriptionId = await subscribe({ resource: "me/mailFolders('inbox')/messages" });
    const message = await arrive();
    await endpoint.posted(1);
    const path = `Users/${adaId}/Messages/${String(message["id"])}`;
    expect(endpoint.posts).toEqual([
      {
        url: address,
        value: [
          {
            subscriptionId,
            subscriptionExpirationDateTime: expect.stringMatching(/Z$/),
            clientState: "secret",
            changeType: "created",
            resource: path,
            resourceData: {
              "@odata.type": "#Microsoft.Graph.Message",
              "@odata.id": path,
              "@odata.etag": message["@odata.etag"],
              id: message["id"],
            },
            tenantId: CONTOSO_TENANT,
          },
        ],
      },
    ]);
  });

  it("is told from its arrival to its deletion", async () => {
    await subscribe({ resource: "me/messages" });
    const { id } = await arrive();
    await endpoint.posted(1);
    await graph.send("PATCH", `/me/messages/${String(id)}`, { json: { isRead: true } });
    await endpoint.posted(2);
    await graph.send("POST", `/me/messages/${String(id)}/permanentDelete`);
    await endpoint.posted(3);
    expect(typesTold()).toEqual(["created", "updated", "deleted"]);
    expect(new Set(endpoint.told().map(({ resourceData }) => resourceData?.["id"]))).toEqual(
      new Set([id]),
    );
  });

  it("is told of the types and folders that were asked for, and of nobody else's", async () => {
    await subscribe({ resource: "me/mailFolders('archive')/messages", changeType: "created" });
    const { id } = await arrive({ folder: "archive" });
    await endpoint.posted(1);
    await graph.send("PATCH", `/me/messages/${String(id)}`, { json: { isRead: true } });
    await arrive({ folder: "inbox" });
    await arrive({ user: GRACE, folder: "archive" });
    await arrive({ folder: "archive", subject: "last" });
    await endpoint.posted(2);
    expect(endpoint.told()).toHaveLength(2);
  });

  it("is told by folder ids and by immutable ids of messages", async () => {
    const inbox = await graph.get("/me/mailFolders/inbox");
    const resource = `me/mailFolders/${String(inbox.body["id"])}/messages`;
    await subscribe({ resource }, graph.ada, 'IdType="ImmutableId"');
    const { id } = await arrive();
    await endpoint.posted(1);
    const told = String(endpoint.told()[0]?.resourceData?.["id"]);
    expect(told).not.toBe(id);
    const read = await graph.get(`/me/messages/${told}`);
    expect(read.body["subject"]).toBe("A new message");
  });

  it("is told as it meets a filter or meets it no longer", async () => {
    await subscribe({ resource: "me/messages?$filter=isRead eq false" });
    const { id } = await arrive();
    await endpoint.posted(1);
    const mark = (isRead: boolean) =>
      graph.send("PATCH", `/me/messages/${String(id)}`, { json: { isRead } });
    await mark(true);
    await endpoint.posted(2);
    await mark(true);
    await mark(false);
    await endpoint.posted(3);
    expect(typesTold()).toEqual(["created", "deleted", "created"]);
  });

  it("of several people reaches the application in one POST", async () => {
    const first = await subscribe({ resource: `users/${ADA}/messages` }, app);
    const second = await subscribe({ resource: `users/${graceId}/messages` }, app);
    await graph.send("POST", "/me/sendMail", {
      json: {
        message: {
          subject: "Both",
          toRecipients: [ADA, GRACE].map((address) => ({ emailAddress: { address } })),
        },
        saveToSentItems: false,
      },
    });
    await endpoint.posted(1);
    expect(endpoint.posts).toHaveLength(1);
    expect(endpoint.told().map(({ subscriptionId }) => subscriptionId)).toEqual([first, second]);
  });
});

describe("A change of something else", () => {
  it("of a calendar is told of its events", async () => {
    await subscribe({ resource: "me/events" });
    const when = (hour: number) => ({ dateTime: `2031-01-01T${hour}:00:00`, timeZone: "UTC" });
    const made = await graph.send("POST", "/me/events", {
      json: { subject: "x", start: when(10), end: when(11) },
    });
    await endpoint.posted(1);
    await graph.send("DELETE", `/me/events/${String(made.body["id"])}`);
    await endpoint.posted(2);
    expect(endpoint.told()).toMatchObject([
      { changeType: "created", resource: `Users/${adaId}/Events/${String(made.body["id"])}` },
      { changeType: "deleted", resourceData: { "@odata.type": "#Microsoft.Graph.Event" } },
    ]);
  });

  it("of a drive is an update of what was subscribed to, once", async () => {
    const scopes = ["Files.ReadWrite.All"];
    const token = await graph.tokenOf(ADA, scopes);
    const subscriptionId = await subscribe(
      { resource: "me/drive/root", changeType: "updated" },
      token,
    );
    await graph.send("PUT", "/me/drive/root:/new/folders/file.txt:/content", {
      token,
      body: "hello",
    });
    await endpoint.posted(1);
    expect(endpoint.told()).toEqual([
      {
        subscriptionId,
        subscriptionExpirationDateTime: expect.any(String),
        clientState: "secret",
        changeType: "updated",
        resource: "me/drive/root",
        resourceData: { "@odata.type": "#Microsoft.Graph.DriveItem" },
        tenantId: CONTOSO_TENANT,
      },
    ]);
  });

  it("of a user is an update, deletion too", async () => {
    await subscribe({ resource: "users", changeType: "updated,deleted" }, app);
    await subscribe({ resource: `users/${graceId}`, changeType: "deleted" }, app);
    await graph.send("PATCH", `/users/${graceId}`, { json: { jobTitle: "Admiral" } });
    await endpoint.posted(1);
    await graph.send("DELETE", `/users/${graceId}`);
    await endpoint.posted(2);
    expect(endpoint.told()).toMatchObject(
      [1, 2].map(() => ({
        changeType: "updated",
        resource: `Users/${graceId}`,
        resourceData: {
          "@odata.type": "#Microsoft.Graph.User",
          id: graceId,
          organizationId: CONTOSO_TENANT,
        },
      })),
    );
  });
});

describe("A notification with resource data", () => {
  it("is signed, encrypted for the certificate and proven by a token of Entra's", async () => {
    const pair = await generate([{ name: "commonName", value: "watch" }], {
      keyType: "rsa",
      keySize: 2048,
    });
    const encryptionCertificate = pair.cert.replaceAll(/-----[A-Z ]+-----|\s/g, "");
    await subscribe({
      resource: "me/messages?$select=subject,isRead",
      includeResourceData: true,
      encryptionCertificate,
      encryptionCertificateId: "key-1",
    });
    await arrive({ subject: "Größe <1>" });
    await endpoint.posted(1);
    const [told] = endpoint.told();
    const content = told?.encryptedContent;
    expect(told).toMatchObject({
      resource: expect.stringMatching(/^Users\('.*'\)\/messages\('.*'\)$/),
      resourceData: { "@odata.type": "#microsoft.graph.message" },
    });
    expect(content).toMatchObject({
      encryptionCertificateId: "key-1",
      encryptionCertificateThumbprint: pair.fingerprint.replaceAll(":", "").toUpperCase(),
    });
    const bytes = (name: string) => Buffer.from(content?.[name] ?? "", "base64");
    const key = privateDecrypt(
      { key: createPrivateKey(pair.private), oaepHash: "sha1" },
      bytes("dataKey"),
    );
    const signature = createHmac("sha256", key).update(bytes("data")).digest();
    expect(signature).toEqual(bytes("dataSignature"));
    const decipher = createDecipheriv("aes-256-cbc", key, key.subarray(0, 16));
    const clear = Buffer.concat([decipher.update(bytes("data")), decipher.final()]).toString();
    expect(JSON.parse(clear)).toMatchObject({ subject: "Größe <1>", isRead: false });
    expect(JSON.parse(clear)).not.toHaveProperty("body");

    const tokens = endpoint.posts[0]?.validationTokens ?? [];
    expect(tokens).toHaveLength(1);
    const { publicKey } = await graph.world.signingKey();
    const { payload } = await jwtVerify(tokens[0] ?? "", publicKey, {
      audience: CLIENT_ID,
      issuer: `https://sts.windows.net/${CONTOSO_TENANT}/`,
    });
    expect(payload).toMatchObject({
      appid: "0bf30f3b-4a52-48df-9a82-234910c4a086",
      tid: CONTOSO_TENANT,
    });
  });
});

describe("An endpoint that does not take a notification", () => {
  it("gets it again until it does, and knows it by what it says", async () => {
    graph.world.settings.notification_retry_s = 0.001;
    await subscribe({ resource: "me/messages" });
    const statuses = [500, 404, 302, 202];
    endpoint.answerBy(() => new Response(null, { status: statuses.shift() ?? 500 }));
    await arrive();
    await endpoint.posted(4);
    expect(new Set(endpoint.posts.map((post) => JSON.stringify(post))).size).toBe(1);
  });

  it("gets it again when it was too slow", async () => {
    graph.world.settings.notification_retry_s = 0.001;
    graph.world.settings.notification_timeout_ms = 20;
    await subscribe({ resource: "me/messages" });
    let silent = true;
    endpoint.answerBy((_, signal) => {
      if (!silent) return new Response(null, { status: 202 });
      silent = false;
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason as Error));
      });
    });
    await arrive();
    await endpoint.posted(1);
    expect(silent).toBe(false);
  });

  it("gets none any more after four hours, but the word that some were missed", async () => {
    const lifecycleNotificationUrl = lifecycleAddress;
    await subscribe({ resource: "me/messages", lifecycleNotificationUrl });
    endpoint.answerBy(({ href }) => new Response(null, { status: href === address ? 503 : 202 }));
    await arrive();
    await endpoint.posted(1);
    await steer("/settings", { clock_offset_s: 4 * 3_600 }, "PATCH");
    await endpoint.posted(3);
    expect(endpoint.posts.map(({ url }) => url)).toEqual([address, address, lifecycleAddress]);
    expect(endpoint.told().at(-1)).toMatchObject({
      lifecycleEvent: "missed",
      tenantId: CONTOSO_TENANT,
    });
  });

  it("waits where it is slow, and hears only that it missed something where it is dropped", async () => {
    const lifecycleNotificationUrl = lifecycleAddress;
    const id = await subscribe({ resource: "me/messages", lifecycleNotificationUrl });
    await steer("/settings", { endpoint_state: "slow" }, "PATCH");
    await arrive();
    await play(id, { lifecycle: "reauthorizationRequired" });
    await endpoint.posted(1);
    expect(endpoint.told()).toMatchObject([{ lifecycleEvent: "reauthorizationRequired" }]);
    await steer("/settings", { clock_offset_s: 11 }, "PATCH");
    await endpoint.posted(2);
    await steer("/settings", { endpoint_state: "drop" }, "PATCH");
    await arrive();
    await endpoint.posted(3);
    expect(endpoint.told()[2]).toMatchObject({ lifecycleEvent: "missed" });
    await steer("/settings", { endpoint_state: null }, "PATCH");
    await arrive();
    await endpoint.posted(4);
    expect(typesTold()).toEqual([undefined, "created", undefined, "created"]);
  });

  it("is dropped for ten minutes once it has been late too often", async () => {
    Object.assign(graph.world.settings, {
      notification_retry_s: 0.001,
      notification_timeout_ms: 1,
    });
    await subscribe({ resource: "me/messages", lifecycleNotificationUrl: lifecycleAddress });
    let late = 0;
    const answered = new Promise<void>((resolve) => {
      endpoint.answerBy((_, signal) => {
        late += 1;
        if (late > 10) {
          resolve();
          return new Response(null, { status: 202 });
        }
        return new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => reject(signal.reason as Error));
        });
      });
    });
    await arrive({ subject: "late" });
    await answered;
    await endpoint.posted(1);
    await arrive({ subject: "dropped" });
    await endpoint.posted(2);
    expect(endpoint.told()[1]).toMatchObject({ lifecycleEvent: "missed" });
    graph.world.settings.clock_offset_s = 601;
    await arrive({ subject: "taken" });
    await endpoint.posted(3);
    expect(endpoint.told()[2]).toMatchObject({ changeType: "created" });
  });
});

describe("A request that is held for a test", () => {
  const held = async () => {
    const { body } = await steer("/notifications", undefined, "GET");
    return body["notifications"] as {
      id: string;
      url: string;
      content_type: string;
      body: string;
    }[];
  };
  /** Looks until one is held, which a write or a timer is about to do. */
  const nextHeld = async () => {
    for (;;) {
      const [first] = await held();
      if (first !== undefined) return first;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };

  it("is answered by it: a validation, a notification and one that is refused", async () => {
    Object.assign(graph.world.settings, { hold_notifications: true, notification_retry_s: 0.001 });
    const subscribed = subscribe({ resource: "me/messages" });
    const validation = await nextHeld();
    const token = new URL(validation.url).searchParams.get("validationToken");
    const answer = { status: 200, content_type: "text/plain", body: token };
    expect((await steer(`/notifications/${validation.id}`, answer)).status).toBe(200);
    const id = await subscribed;
    await arrive();
    const first = await nextHeld();
    expect(first).toMatchObject({ url: address, content_type: "application/json; charset=utf-8" });
    expect(JSON.parse(first.body)).toMatchObject({
      value: [{ subscriptionId: id, changeType: "created" }],
    });
    await steer(`/notifications/${first.id}`, { status: 503 });
    const second = await nextHeld();
    expect(second.body).toBe(first.body);
    await steer(`/notifications/${second.id}`, { status: 202 });
    expect(await held()).toEqual([]);
    expect((await steer(`/notifications/${second.id}`, { status: 202 })).status).toBe(404);
    expect((await steer("/notifications/1", { status: 99 })).status).toBe(400);
    expect(endpoint.posts).toEqual([]);
  });
});

describe("A word about a subscription", () => {
  it.each(["subscriptionRemoved", "missed", "somethingNew"])("says %s", async (lifecycle) => {
    const id = await subscribe({
      resource: "me/messages",
      lifecycleNotificationUrl: lifecycleAddress,
    });
    expect((await play(id, { lifecycle })).status).toBe(202);
    await endpoint.posted(1);
    expect(endpoint.posts).toEqual([
      {
        url: lifecycleAddress,
        value: [
          {
            subscriptionId: id,
            subscriptionExpirationDateTime: expect.any(String),
            clientState: "secret",
            tenantId: CONTOSO_TENANT,
            lifecycleEvent: lifecycle,
          },
        ],
      },
    ]);
    const { status } = await graph.get(`/subscriptions/${id}`);
    expect(status).toBe(lifecycle === "subscriptionRemoved" ? 404 : 200);
  });

  it("challenges in the shape that Microsoft was seen to send", async () => {
    const id = await subscribe(
      {
        resource: "me/drive/root",
        changeType: "updated",
        lifecycleNotificationUrl: lifecycleAddress,
      },
      await graph.tokenOf(ADA, ["Files.ReadWrite.All"]),
    );
    await play(id, { lifecycle: "reauthorizationRequired" });
    await endpoint.posted(1);
    const [told] = endpoint.told();
    expect(told).toMatchObject({
      lifecycleEvent: "reauthorizationRequired",
      organizationId: CONTOSO_TENANT,
    });
    expect(told).not.toHaveProperty("tenantId");
  });

  it("is sent when the sign-ins of who subscribed are revoked; to a drive's there is none", async () => {
    const mail = await subscribe({
      resource: "me/messages",
      lifecycleNotificationUrl: lifecycleAddress,
    });
    const files = await graph.tokenOf(ADA, ["Files.ReadWrite.All"]);
    await subscribe(
      {
        resource: "me/drive/root",
        changeType: "updated",
        lifecycleNotificationUrl: lifecycleAddress,
      },
      files,
    );
    await subscribe({ resource: `users/${ADA}/messages` }, app);
    await steer("/revoke", { user: ADA.toUpperCase() });
    await endpoint.posted(1);
    expect(endpoint.told()).toMatchObject([
      { subscriptionId: mail, lifecycleEvent: "subscriptionRemoved" },
    ]);
    const { body } = await steer("/subscriptions", undefined, "GET");
    expect(body).toMatchObject({
      subscriptions: [{ user: null, resource: `users/${ADA}/messages` }],
    });
  });
});

describe("What a test plays", () => {
  it("duplicates, spoils, and is over", async () => {
    const id = await subscribe({ resource: "me/messages" });
    await play(id, { duplicate: 2, wrong_state: true });
    await arrive();
    await endpoint.posted(1);
    await arrive();
    await endpoint.posted(2);
    const states = endpoint.posts.map(({ value }) =>
      value.map(({ clientState }) => clientState === "secret"),
    );
    expect(states).toEqual([[false, false], [true]]);
  });

  it("gathers, and brings the last first", async () => {
    const id = await subscribe({ resource: "me/messages" });
    await play(id, { batch: 3, reorder: true });
    const arrived = [await arrive(), await arrive(), await arrive()].map((one) => one["id"]);
    await endpoint.posted(1);
    expect(endpoint.posts).toHaveLength(1);
    expect(endpoint.told().map(({ resourceData }) => resourceData?.["id"])).toEqual(
      arrived.toReversed(),
    );
  });

  it("sends what it held when something else is played", async () => {
    const id = await subscribe({ resource: "me/messages" });
    await play(id, { batch: 5 });
    const first = await arrive();
    await play(id, { drop: true });
    await endpoint.posted(1);
    expect(endpoint.told().map(({ resourceData }) => resourceData?.["id"])).toEqual([first["id"]]);
  });

  it("loses one", async () => {
    const id = await subscribe({ resource: "me/messages" });
    await play(id, { drop: true });
    await arrive({ subject: "lost" });
    const { id: second } = await arrive();
    await endpoint.posted(1);
    expect(endpoint.told().map(({ resourceData }) => resourceData?.["id"])).toEqual([second]);
  });

  it("forgets a subscription, and tells nobody", async () => {
    const id = await subscribe({
      resource: "me/messages",
      lifecycleNotificationUrl: lifecycleAddress,
    });
    const other = await subscribe({ resource: "me/mailFolders('inbox')/messages" });
    expect((await steer(`/subscriptions/${id}`, {}, "DELETE")).status).toBe(200);
    expect((await steer(`/subscriptions/${id}`, {}, "DELETE")).status).toBe(404);
    await arrive();
    await endpoint.posted(1);
    expect(endpoint.told().map(({ subscriptionId }) => subscriptionId)).toEqual([other]);
  });

  it("is refused where it means nothing", async () => {
    const id = await subscribe({ resource: "me/messages" });
    const refusals = [
      await play("none", { drop: true }),
      await play(id, { lifecycle: "missed" }),
      await play(id, {}),
      await play(id, { duplicate: 1 }),
    ];
    expect(refusals.map(({ status }) => status)).toEqual([400, 400, 400, 400]);
    const words = refusals.map(({ body }) => String(body["error"]));
    expect(words[0]).toContain("subscription");
    expect(words[1]).toContain("lifecycleNotificationUrl");
    expect(words[2]).toContain("expected lifecycle");
    expect(words[3]).toContain("duplicate");
  });
});
