import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, test, vi } from "vitest";
import { configOf } from "../../src/config/config.ts";
import type { Watch } from "../../src/contract/watch.ts";
import { carrierOfEachTest } from "./support/carrier.ts";
import { clockOfEachTest } from "./support/clock.ts";
import { connected, expectOk, signIn } from "./support/connections.ts";
import { allKey, front } from "./support/front.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";
import { changesOf, eventsOf, gapsOf, keptFor, only, settled } from "./support/watching.ts";

const account = "ada@contoso.example";
const clock = clockOfEachTest();
const carrier = carrierOfEachTest();
const day = 24 * 60 * 60;

afterEach(async () => {
  await sandbox.reset();
});

const inbox = { resource: "me/mailFolders('inbox')/messages", changeTypes: ["created"] } as const;

describe("a watch", () => {
  test("is asked for over HTTP, validated, and reports each message once", async () => {
    const { id, stub } = await connected(account);
    const path = `/connections/${id}/watches`;
    const body = { resource: "me/mailFolders/Inbox/messages", change_types: ["created"] };
    const made = await front(path, { method: "POST", credential: allKey, body });
    expect(made.status).toBe(201);
    const { data } = await made.json<{ data: Watch }>();
    expect(data).toMatchObject({ resource: inbox.resource, state: "active" });
    const days = (Date.parse(data.expires_at ?? "") - Date.now()) / day / 1_000;
    expect(days).toBeGreaterThan(6.9);

    const again = await front(path, { method: "POST", credential: allKey, body });
    expect([again.status, (await again.json<{ data: Watch }>()).data.id]).toEqual([201, data.id]);
    const [kept, ...others] = await keptFor(id);
    expect(others).toEqual([]);

    await sandbox.notification({ subscription: kept?.id, duplicate: 3 });
    await sandbox.message({ user: account, subject: "Hello" });
    const [change, ...more] = await changesOf(stub, 1);
    expect(more).toEqual([]);
    expect(change).toMatchObject({
      seq: 1,
      type: "change.created",
      connection: id,
      watch: data.id,
      etag: expect.stringMatching(/./),
    });

    const listed = await front(`/connections/${id}/changes?after=0`, { credential: allKey });
    expect(await listed.json()).toEqual({ success: true, data: [change] });
    const one = await front(`${path}/${data.id}`, { credential: allKey });
    expect((await one.json<{ data: Watch }>()).data).toEqual(data);
    expect(await eventsOf(stub)).toEqual(["watch.active"]);
  });

  test("is given up with its subscription", async () => {
    const { id, stub } = await connected(account);
    const { id: watchId } = expectOk(await stub.watch(inbox));
    const gone = await front(`/connections/${id}/watches/${watchId}`, {
      method: "DELETE",
      credential: allKey,
    });
    expect((await gone.json<{ data: Watch }>()).data).toMatchObject({
      state: "ended",
      expires_at: null,
    });
    expect(await keptFor(id)).toEqual([]);
    expect(expectOk(await stub.watches())).toEqual([]);
    expect(await eventsOf(stub)).toEqual(["watch.active", "watch.ended"]);
    const missing = await front(`/connections/${id}/watches/${watchId}`, { credential: allKey });
    expect(missing.status).toBe(404);
  });

  test("ends with its connection, and Graph keeps nothing", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    expectOk(await stub.watch({ resource: "me/events", changeTypes: ["created", "deleted"] }));
    expect(await keptFor(id)).toHaveLength(2);
    expectOk(await stub.disconnect());
    expect(await keptFor(id)).toEqual([]);
    expect((await eventsOf(stub)).filter((type) => type === "watch.ended")).toHaveLength(2);
    const refused = await stub.watch(inbox);
    expect(refused.ok || refused.error.code).toBe("action_required");
  });

  test.each([
    [{ resource: "me/../users", change_types: ["created"] }, "resource"],
    [{ resource: "me/drive/root", change_types: ["created"] }, "change_types"],
    [{ resource: "me/messages", change_types: ["created"], catch_up: true }, "catch_up"],
    [{ resource: "me/messages", change_types: ["read"] }, "change_types"],
    [{ resource: "me/messages", change_types: [] }, "change_types"],
  ])("of %j is refused by the name of its field", async (body, field) => {
    const { id } = await connected(account);
    const refused = await front(`/connections/${id}/watches`, {
      method: "POST",
      credential: allKey,
      body,
    });
    const { details } = await refused.json<{ details: { field: string } }>();
    expect([refused.status, details.field.split(".")[0]]).toEqual([400, field]);
  });

  test("is one of 24 at most", async () => {
    const { stub } = await connected(account);
    await sandbox.fault({
      match: { url: "/subscriptions", method: "POST" },
      // On a slow machine the first ones are tried again meanwhile.
      times: 1_000,
      respond: { status: 503, headers: {}, body: "" },
    });
    for (let count = 0; count < 24; count += 1) {
      const resource = `me/mailFolders('f${count}')/messages`;
      expect(expectOk(await stub.watch({ resource, changeTypes: ["created"] })).state).toBe(
        "pending",
      );
    }
    const refused = await stub.watch(inbox);
    expect(refused.ok || refused.error.details?.reason).toBe("too_many_watches");
    // Else the alarm goes on asking, and meets the faults of the next test.
    expectOk(await stub.disconnect());
  });
});

describe("a subscription", () => {
  test("is found again when the answer to its creation was lost", async () => {
    const { id, stub } = await connected(account);
    await sandbox.fault({
      match: { url: "/subscriptions", method: "POST" },
      times: 1,
      reset: true,
      after_commit: true,
    });
    expect(expectOk(await stub.watch(inbox)).state).toBe("pending");
    const [lost] = await keptFor(id);
    await clock.advance(10);
    await settled(stub);
    expect((await keptFor(id)).map(({ id: one }) => one)).toEqual([lost?.id]);
    await sandbox.message({ user: account });
    await changesOf(stub, 1);
  });

  test.each(["given up", "disconnected"])(
    "that outlived its watch when that was %s does not stand in the way of the next",
    async (how) => {
      const { id, stub } = await connected(account);
      const lost = { match: { url: "/subscriptions", method: "POST" }, times: 1 };
      await sandbox.fault({ ...lost, reset: true, after_commit: true });
      const { id: watchId } = expectOk(await stub.watch(inbox));
      if (how === "given up") {
        expectOk(await stub.unwatch({ watchId }));
      } else {
        expectOk(await stub.disconnect());
        expectOk(await signIn(stub, account));
      }
      const [left] = await keptFor(id);
      const sibling = { resource: "me/messages", changeTypes: ["updated"] } as const;
      expectOk(await stub.watch(sibling));
      // Graph says so, or keeps both.
      const body = JSON.stringify({
        error: { code: "ObjectIdentifierInUse", message: "It exists." },
      });
      await sandbox.fault({ ...lost, respond: { status: 409, headers: {}, body } });
      expect(expectOk(await stub.watch(inbox)).state).toBe("pending");
      await clock.advance(10);
      await vi.waitFor(async () => {
        await runDurableObjectAlarm(stub);
        const states = expectOk(await stub.watches()).map(({ state }) => state);
        expect(states).toEqual(["active", "active"]);
      }, 6_000);
      const kept = (await keptFor(id)).map((one) => one.id);
      expect(kept).toHaveLength(2);
      expect(kept).not.toContain(left?.id);
    },
  );

  test("is renewed at half its life, by one alarm for all", async () => {
    const { id, stub } = await connected(account);
    const before = expectOk(await stub.watch(inbox)).expires_at ?? "";
    expectOk(await stub.watch({ resource: "me/events", changeTypes: ["created"] }));
    await clock.advance(3.6 * day);
    const mark = await sandbox.mark();
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      for (const { expires_at: end } of expectOk(await stub.watches())) {
        expect(Date.parse(end ?? "")).toBeGreaterThan(Date.parse(before) + 3 * day * 1_000);
      }
    }, 6_000);
    const patches = (await sandbox.requests(mark)).filter(({ method }) => method === "PATCH");
    expect(patches).toHaveLength(2);
    expect(await keptFor(id)).toHaveLength(2);
  });

  test("that Graph forgot is made anew with another secret, and the gap is told", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [old] = await keptFor(id);
    await sandbox.forget(old?.id ?? "");
    await clock.advance(3.6 * day);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      expect(await keptFor(id)).toHaveLength(1);
      expect((await only(stub)).state).toBe("active");
    }, 6_000);
    const [anew] = await keptFor(id);
    expect(anew?.clientState).not.toBe(old?.clientState);
    expect(anew?.notificationUrl).not.toBe(old?.notificationUrl);
    expect((await only(stub)).gap_since).toBeDefined();
    expect(await eventsOf(stub)).toEqual(["watch.active", "watch.gap", "watch.active"]);
  });

  test("that Graph removed is made anew at once", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [old] = await keptFor(id);
    await sandbox.notification({ subscription: old?.id, lifecycle: "subscriptionRemoved" });
    await vi.waitFor(async () => expect(await eventsOf(stub)).toContain("watch.gap"), 4_000);
    await settled(stub);
    const [anew] = await keptFor(id);
    expect(anew?.id).not.toBe(old?.id);
  });

  test("is renewed once however often Graph asks for it", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [kept] = await keptFor(id);
    await clock.advance(120);
    const mark = await sandbox.mark();
    for (let count = 0; count < 3; count += 1) {
      await sandbox.notification({ subscription: kept?.id, lifecycle: "reauthorizationRequired" });
      await vi.waitFor(
        () =>
          expect(
            carrier.current.carried.filter(({ body }) => body.includes("reauthorizationRequired")),
          ).toHaveLength(count + 1),
        4_000,
      );
      await runDurableObjectAlarm(stub);
    }
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      const patches = (await sandbox.requests(mark)).filter(({ method }) => method === "PATCH");
      expect(patches.filter(({ url }) => url.includes("/subscriptions/"))).toHaveLength(1);
    }, 4_000);
  });

  test("of a permission that lacks waits for its user, and is made after a sign-in", async () => {
    const { stub } = await connected(account);
    const watch = expectOk(
      await stub.watch({ resource: "me/drive/root", changeTypes: ["updated"] }),
    );
    expect(watch).toMatchObject({
      state: "blocked",
      remedy: { action: "consent", scopes: ["Files.ReadWrite.All"] },
    });
    expect(watch.remedy?.connect_url).toContain("/reconnect?link=");
    expectOk(await signIn(stub, account, { scopes: ["Files.ReadWrite.All"] }));
    await settled(stub);
    expect(await eventsOf(stub)).toEqual(["watch.blocked", "watch.active"]);
  });

  test("that cannot be validated is asked for again", async () => {
    const { stub } = await connected(account);
    await carrier.current.stop();
    await sandbox.settings({ notification_timeout_ms: 50 });
    const watch = expectOk(await stub.watch(inbox));
    expect(watch).toMatchObject({ state: "pending", error: { code: "invalid_request" } });
    await sandbox.settings({ notification_timeout_ms: 10_000 });
    carrier.current.start();
    await clock.advance(10);
    await settled(stub);
  });

  test("whose address an older secret signed is made anew at its renewal", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [old] = await keptFor(id);
    await clock.advance(3.6 * day);
    const config = configOf(env);
    if (!config.ok) throw new Error(config.error.message);
    const sessionSecret = ["n".repeat(32), ...config.value.sessionSecret] as const;
    const due = [{ watch: (await only(stub)).id }];
    await reconfigured(stub, { sessionSecret }, async (parts) => {
      await parts.watches.renew(due);
      await parts.watches.create(due);
    });
    // The front Worker of this test does not know the new secret, and so validates nothing.
    expect((await only(stub)).state).toBe("pending");
    expect((await keptFor(id)).map((kept) => kept.id)).not.toContain(old?.id);
    const asked = (await sandbox.requests()).filter(({ method }) => method === "POST");
    expect(asked.filter(({ url }) => url.endsWith("/subscriptions")).length).toBeGreaterThan(1);
    expect(await gapsOf(stub)).toMatchObject([{ reason: "recreated" }]);
  });
});

describe("what was missed", () => {
  test("is read by delta, and the gap ends", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch({ ...inbox, catchUp: true }));
    const [kept] = await keptFor(id);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      const link = await runInDurableObject(stub, (_, { storage }) =>
        storage.sql.exec("SELECT delta_link FROM watch").one(),
      );
      expect(link["delta_link"]).not.toBeNull();
    }, 4_000);
    await sandbox.forget(kept?.id ?? "");
    await sandbox.message({ user: account, subject: "Nobody told of this" });
    await clock.advance(3.6 * day);
    await vi.waitFor(async () => {
      await runDurableObjectAlarm(stub);
      const watch = await only(stub);
      expect([watch.state, watch.gap_since]).toEqual(["active", undefined]);
      expect(await eventsOf(stub)).toHaveLength(4);
    }, 8_000);
    const changes = await changesOf(stub, 1);
    expect(changes).toHaveLength(1);
    expect(changes[0]).toMatchObject({ type: "change.created" });
    expect((await gapsOf(stub)).map((gap) => "caught_up" in gap)).toEqual([false, true]);
  });
});

describe("the address of notifications", () => {
  const body = (clientState: string) =>
    JSON.stringify({
      value: [
        {
          subscriptionId: "s",
          clientState,
          changeType: "created",
          resource: "Users/1/Messages/2",
          resourceData: { id: "2", "@odata.etag": "e" },
        },
      ],
    });
  const post = async (url: string, text?: string) => {
    const answer = await front(url, {
      method: "POST",
      headers: { "content-type": text === undefined ? "text/plain" : "application/json" },
      ...(text !== undefined && { body: JSON.parse(text) as unknown }),
    });
    return {
      status: answer.status,
      type: answer.headers.get("content-type"),
      text: await answer.text(),
      sniff: answer.headers.get("x-content-type-options"),
    };
  };

  test("answers a validation as text, whatever is in it, and one that was forged with nothing", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [kept] = await keptFor(id);
    const url = `${kept?.notificationUrl}&validationToken=%3Cscript%3Ea%2Bb+c%3C%2Fscript%3E`;
    expect(await post(url)).toEqual({
      status: 200,
      type: "text/plain; charset=utf-8",
      text: "<script>a+b c</script>",
      sniff: "nosniff",
    });
    const forged = url.replace(/(watch=[^&]*)[A-Za-z0-9_-]{4}&/, "$1AAAA&");
    expect(await post(forged)).toMatchObject({ status: 202, text: "" });
    expect(await post("/notifications?validationToken=x")).toMatchObject({ status: 202, text: "" });
  });

  test("drops what lacks the secret of the subscription, and answers as if it had kept it", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [kept] = await keptFor(id);
    const url = kept?.notificationUrl ?? "";
    expect((await post(url, body("wrong"))).status).toBe(202);
    expect((await post(url, "{}")).status).toBe(202);
    expect(expectOk(await stub.changes()).changes).toEqual([]);
    expect((await post(url, body(kept?.clientState ?? ""))).status).toBe(202);
    expect(expectOk(await stub.changes()).changes).toHaveLength(1);
    const { id: watchId } = await only(stub);
    expectOk(await stub.unwatch({ watchId }));
    expect((await post(url, body(kept?.clientState ?? ""))).status).toBe(202);
    expect(expectOk(await stub.changes()).changes).toHaveLength(1);
  });

  test("takes no more than 1 MiB", async () => {
    const { id, stub } = await connected(account);
    expectOk(await stub.watch(inbox));
    const [kept] = await keptFor(id);
    const large = JSON.stringify({ value: ["x".repeat(1024 * 1024)] });
    expect((await post(kept?.notificationUrl ?? "", large)).status).toBe(413);
  });
});
