import { exports } from "cloudflare:workers";
import { beforeEach, describe, expect, test } from "vitest";
import { labelsPerUser } from "../../src/operations/labels.ts";
import { actorOf, connected, expectOk, newUser } from "./support/connections.ts";
import { directory, rowWhen, withoutDirectory } from "./support/directory.ts";
import { allKey, front, json, sessionOf } from "./support/front.ts";

const returnUrl = "https://app.example/back";
const readKey = "azk_reader_reader-secret";

const service = exports.AzureService({ props: { caller: "test" } });

let userId: string;
beforeEach(() => {
  userId = newUser();
});

const unknown = { ok: false, error: { code: "not_found" } };
const idOf = (label?: string) =>
  label === undefined ? `user:${userId}` : `user:${userId}:${label}`;

const connect = (credential: string, query: Record<string, string> = {}) =>
  front(`/connect?${new URLSearchParams(query)}`, { credential });

const byKey = (credential: string, label: string) =>
  connect(credential, { user_id: userId, label, return_url: returnUrl });

/** Gives the user rows of labelled connections, as their objects would have written them. */
async function withLabels(count: number, status: "active" | "disconnected" = "active") {
  for (let index = 0; index < count; index += 1) {
    const at = new Date(index).toISOString();
    await directory.upsert({
      connection_id: idOf(`l${index}`),
      status,
      remedy_action: null,
      tenant_id: null,
      upn: null,
      scope: null,
      refresh_token: null,
      version: 1,
      created_at: at,
      updated_at: at,
      next_contact_at: null,
      paused_sinks: null,
    });
  }
}

const byRpc = (label: string) =>
  service.beginConnect({ userId, label, returnUrl }).then(
    () => 200,
    (error: { status?: number }) => error.status,
  );

describe("a label that the user does not have", () => {
  test.each<[string, () => Promise<string>]>([
    ["a session", () => sessionOf(userId)],
    [
      "a session that may write elsewhere",
      () => sessionOf(userId, ["connections:read", "graph:write"]),
    ],
  ])(
    "is not begun by %s without connections:write, and leaves nothing",
    async (_, credentialOf) => {
      const credential = await credentialOf();
      for (const label of ["l1", "l2", "l3"]) {
        const response = await connect(credential, { label });
        expect(response.status).toBe(403);
        expect(await json(response)).toMatchObject({
          code: "forbidden",
          details: { scope: "connections:write", field: "label" },
        });
        expect(await actorOf(idOf(label)).info()).toMatchObject(unknown);
      }
      // The user's own, unlabelled one is theirs to begin.
      expect((await connect(credential)).status).toBe(200);
    },
  );

  test("is not begun by a key that only reads either", async () => {
    expect((await byKey(readKey, "work")).status).toBe(403);
    expect(await actorOf(idOf("work")).info()).toMatchObject(unknown);
    const unlabelled = { user_id: userId, return_url: returnUrl };
    expect((await connect(readKey, unlabelled)).status).toBe(200);
  });

  test("is begun with connections:write by a session, a key and a sibling", async () => {
    const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
    expect((await connect(credential, { label: "session" })).status).toBe(200);
    expect((await byKey(allKey, "key")).status).toBe(200);
    expect(await byRpc("sibling")).toBe(200);
  });

  test("is refused before anything is made when the request is wrong too", async () => {
    const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
    const response = await connect(credential, {
      label: "new",
      return_url: "https://evil.example/",
    });
    expect(response.status).toBe(400);
    expect(await actorOf(idOf("new")).info()).toMatchObject(unknown);
  });
});

describe("a label that the user has", () => {
  test("needs connections:read alone: pending, connected or disconnected", async () => {
    const credential = await sessionOf(userId);
    expect((await byKey(allKey, "work")).status).toBe(200);
    expect((await connect(credential, { label: "work" })).status).toBe(200);
    expectOk(await actorOf(idOf("work")).disconnect());
    expect((await connect(credential, { label: "work" })).status).toBe(200);
    expect((await byKey(readKey, "work")).status).toBe(200);
  });

  test("is known by its row where its object was lost", async () => {
    await withLabels(1);
    expect((await connect(await sessionOf(userId), { label: "l0" })).status).toBe(200);
  });
});

describe("labels beyond sixteen", () => {
  test.each(["active", "disconnected"] as const)(
    "are refused by every way, when %s",
    async (status) => {
      await withLabels(labelsPerUser, status);
      const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
      for (const answer of [
        await connect(credential, { label: "more" }),
        await byKey(allKey, "more"),
      ]) {
        expect(answer.status).toBe(409);
        expect(await json(answer)).toMatchObject({
          code: "conflict",
          error: expect.stringContaining("16 labels"),
          details: { reason: "too_many_labels" },
        });
      }
      expect(await byRpc("more")).toBe(409);
      expect(await actorOf(idOf("more")).info()).toMatchObject(unknown);
      // Those that there are go on, and so does the unlabelled one.
      expect((await connect(credential, { label: "l3" })).status).toBe(200);
      expect((await connect(credential)).status).toBe(200);
    },
  );

  test("are counted for each user apart, and only where they are labelled", async () => {
    await withLabels(labelsPerUser - 1);
    await connected();
    const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
    expect((await connect(credential)).status).toBe(200);
    await rowWhen(idOf(), (entry) => entry !== undefined);
    expect((await connect(credential, { label: "sixteenth" })).status).toBe(200);
    await rowWhen(idOf("sixteenth"), (entry) => entry !== undefined);
    expect((await connect(credential, { label: "seventeenth" })).status).toBe(409);
  });

  test("cannot be counted while the directory is away, and no sign-in waits for it", async () => {
    await withLabels(labelsPerUser);
    const credential = await sessionOf(userId, ["connections:read", "connections:write"]);
    await withoutDirectory(async () => {
      expect((await connect(credential, { label: "more" })).status).toBe(200);
      expect((await connect(await sessionOf(userId), { label: "other" })).status).toBe(403);
    });
  });
});
