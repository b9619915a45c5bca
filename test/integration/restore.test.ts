import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { ownStub } from "../../src/connection/stub.ts";
import { restore as restoreConnection } from "../../src/operations/restore.ts";
import { actorOf, connected, expectOk, newUser, signIn, type Stub } from "./support/connections.ts";
import { directory, rowWhen, withoutDirectory } from "./support/directory.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const subscriptions = "https://management.azure.com/subscriptions?api-version=2022-12-01";

/** A connection whose row in the directory tells of its grant. */
async function backedUp(account?: string) {
  const { id, stub } = await connected(account);
  const row = await rowWhen(id, (entry) => entry?.status === "active");
  if (typeof row?.refresh_token !== "string" || row.tenant_id === null) {
    throw new Error("no backup");
  }
  const backup = {
    sealedRefreshToken: row.refresh_token,
    tenantId: row.tenant_id,
    scopes: [],
    version: row.version,
  };
  return { id, stub, row, backup };
}

/** The object loses everything it ever stored, and its memory. */
const wipe = (stub: Stub): Promise<unknown> =>
  runInDurableObject(stub, async (_, ctx) => {
    await ctx.storage.deleteAll();
    ctx.abort("wiped");
  }).catch((error: unknown) => error);

const restore = async (id: string) => restoreConnection(directory, await ownStub(env, id), id);

const reasonOf = (outcome: Awaited<ReturnType<typeof restore>>) =>
  outcome.ok ? "restored" : `${outcome.error.code}: ${outcome.error.details?.reason}`;

describe("a connection whose object was lost", () => {
  test("is restored from its row, works for every resource, and reports to the directory again", async () => {
    const { id, stub, row } = await backedUp();
    await wipe(stub);
    expect(await actorOf(id).info()).toMatchObject({ ok: false, error: { code: "not_found" } });

    const info = expectOk(await restore(id));
    expect(info).toMatchObject({ id, status: "active", identity: { upn: "ada@contoso.example" } });
    expect(info.resources.map(({ resource }) => resource)).toEqual(["arm", "graph"]);
    const mark = await sandbox.mark();
    for (const url of [me, subscriptions]) {
      const response = await actorOf(id).fetch(url);
      await response.body?.cancel();
      expect(response.status).toBe(200);
    }
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);

    const restored = await rowWhen(id, (entry) => (entry?.version ?? 0) > row.version);
    expect(restored?.version).toBeGreaterThan(row.version);
    expectOk(await actorOf(id).disconnect());
    expect(await rowWhen(id, (entry) => entry?.status === "disconnected")).toMatchObject({
      status: "disconnected",
    });
  });

  test("reports again although its row is of a later time", async () => {
    const { id, stub, row } = await backedUp();
    const ahead = row.version + 3_600_000;
    await directory.upsert({ ...row, version: ahead });
    await wipe(stub);
    expectOk(await restore(id));
    const restored = await rowWhen(id, (entry) => (entry?.version ?? 0) > ahead);
    expect(restored?.version).toBe(ahead + 1);
  });

  test("keeps its backup while a sign-in is open, and after it has come to nothing", async () => {
    const { id, stub, row } = await backedUp();
    await wipe(stub);
    const start = expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    expect(expectOk(await actorOf(id).info()).status).toBe("pending");
    expectOk(
      await actorOf(id).completeAuthorization({
        state: start.state,
        response: "error=access_denied",
        browserBinding: start.browserBinding ?? "",
      }),
    );
    await expect
      .poll(async () => (await actorOf(id).info()).ok, { timeout: 5_000, interval: 50 })
      .toBe(false);
    expect(await directory.read(id)).toEqual(row);
    expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    expect(expectOk(await restore(id)).status).toBe("active");
  });

  test("asks its user to sign in when Microsoft no longer takes the backup, and keeps nothing", async () => {
    const { id, stub } = await backedUp("grace@contoso.example");
    await wipe(stub);
    await sandbox.revoke("grace@contoso.example");
    const refused = await restore(id);
    expect(refused).toMatchObject({
      ok: false,
      error: {
        code: "action_required",
        remedy: { action: "sign_in" },
      },
    });
    expect(await actorOf(id).info()).toMatchObject({ ok: false, error: { code: "not_found" } });
  });

  test("stays lost, but restorable, while the application's own secret is refused", async () => {
    const { id, stub } = await backedUp();
    await wipe(stub);
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 7000222 });
    expect(await restore(id)).toMatchObject({ ok: false, error: { code: "app_misconfigured" } });
    expect(expectOk(await restore(id)).status).toBe("active");
  });
});

describe("a connection that is not lost", () => {
  test("is not overwritten by its backup", async () => {
    const { id, stub } = await backedUp();
    const before = expectOk(await stub.info());
    const mark = await sandbox.mark();
    expect(reasonOf(await restore(id))).toBe("conflict: connected");
    expect(expectOk(await stub.info())).toEqual(before);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
  });

  test("is not restored after it was disconnected, though its object was lost as well", async () => {
    const { id, stub } = await backedUp();
    expectOk(await stub.disconnect());
    await rowWhen(id, (entry) => entry?.status === "disconnected");
    await wipe(stub);
    expect(reasonOf(await restore(id))).toBe("conflict: disconnected");
  });

  test("is not restored after it was disconnected, though its row does not say so yet", async () => {
    const { stub, backup } = await backedUp();
    await withoutDirectory(async () => {
      expectOk(await stub.disconnect());
      expect(reasonOf(await stub.import(backup))).toBe("conflict: disconnected");
    });
  });

  test("stays disconnected when that happens while its backup is being proven", async () => {
    const { id, stub, backup } = await backedUp();
    await wipe(stub);
    const lost = actorOf(id);
    expectOk(await lost.beginAuthorization({ start: "user" }));
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, delay_ms: 500 });
    const restoring = lost.import(backup);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expectOk(await lost.disconnect());
    expect(reasonOf(await restoring)).toBe("conflict: disconnected");
    expect(expectOk(await lost.info()).status).toBe("disconnected");
  });

  test("is not made from a row that never held a grant, or from none", async () => {
    const id = `user:${newUser()}`;
    expect(await restore(id)).toMatchObject({ ok: false, error: { code: "not_found" } });
    expectOk(await actorOf(id).beginAuthorization({ start: "user" }));
    await rowWhen(id, (entry) => entry?.status === "pending");
    expect(reasonOf(await restore(id))).toBe("conflict: no_backup");
  });
});

describe("a backup", () => {
  test("opens in its own connection only, and not when a byte was changed", async () => {
    const { id, stub, backup } = await backedUp();
    const other = actorOf(`user:${newUser()}`);
    const mark = await sandbox.mark();
    expect(reasonOf(await other.import(backup))).toBe("conflict: tampered");
    expect(await other.info()).toMatchObject({ ok: false, error: { code: "not_found" } });

    await wipe(stub);
    const { sealedRefreshToken } = backup;
    const flipped = sealedRefreshToken.at(-6) === "A" ? "B" : "A";
    const altered = {
      ...backup,
      sealedRefreshToken: `${sealedRefreshToken.slice(0, -6)}${flipped}${sealedRefreshToken.slice(-5)}`,
    };
    expect(reasonOf(await actorOf(id).import(altered))).toBe("conflict: tampered");
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
    expect(expectOk(await actorOf(id).import(backup)).status).toBe("active");
  });

  test("of a key that was removed says which variable lacks it", async () => {
    const { id, stub, backup } = await backedUp();
    await wipe(stub);
    const keys = [{ kid: "k2", key: new Uint8Array(32).fill(2) }];
    const outcome = await reconfigured(actorOf(id), { encryptionKeys: keys }, ({ grantImport }) =>
      grantImport.run(backup),
    );
    expect(outcome).toMatchObject({
      ok: false,
      error: { code: "app_misconfigured", details: { variable: "TOKEN_ENCRYPTION_KEYS" } },
    });
  });

  test("is checked like any other input of a sibling", async () => {
    const { stub, backup } = await backedUp();
    expect(await stub.import({ ...backup, tenantId: "../common" })).toMatchObject({
      ok: false,
      error: { code: "invalid_request", details: { field: "tenantId" } },
    });
  });
});

describe("a refresh token of another system", () => {
  test("becomes the grant of a connection that did not exist", async () => {
    const { stub } = await connected();
    const refreshToken = await reconfigured(stub, {}, async ({ state, cipher }) => {
      const opened = await cipher.open("refresh_token", state.grant().refresh_token ?? "");
      return opened.ok ? opened.value : "";
    });
    const id = `user:${newUser()}`;
    const info = expectOk(await actorOf(id).import({ refreshToken }));
    expect(info).toMatchObject({ id, status: "active", identity: { upn: "ada@contoso.example" } });
    expectOk(await signIn(actorOf(id)));
  });
});
