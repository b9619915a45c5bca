import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, test } from "vitest";
import { actorOf, connected, expectOk, newUser, signIn } from "./support/connections.ts";
import { directory, rowWhen, withoutDirectory } from "./support/directory.ts";
import { authorize, sandbox } from "./support/sandbox.ts";

const statusIs =
  (status: string) =>
  (entry: { status: string } | undefined): boolean =>
    entry?.status === status;

describe("the directory's row of a connection", () => {
  test("follows it from its first sign-in to its end, with a backup only while there is a grant", async () => {
    const userId = newUser();
    const id = `user:${userId}:second`;
    const stub = actorOf(id);
    const { expiresAt } = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(await rowWhen(id, statusIs("pending"))).toMatchObject({
      status: "pending",
      refresh_token: null,
      upn: null,
      next_contact_at: expiresAt,
    });

    expectOk(await signIn(stub));
    const active = await rowWhen(id, statusIs("active"));
    expect(active).toMatchObject({
      status: "active",
      upn: "ada@contoso.example",
      remedy_action: null,
      refresh_token: expect.stringMatching(/^k1\./),
      scope: expect.stringContaining("Mail.Read"),
    });
    expect(Date.parse(active?.next_contact_at ?? "")).toBeGreaterThan(Date.now());
    expect(
      await env.DB.prepare("SELECT * FROM oauth_connections WHERE connection_id = ?")
        .bind(id)
        .first(),
    ).toMatchObject({
      user_id: userId,
      provider: "azure:second",
      access_token: "",
      expires_at: null,
    });

    expectOk(await stub.disconnect());
    const ended = await rowWhen(id, statusIs("disconnected"));
    expect(ended).toMatchObject({
      status: "disconnected",
      refresh_token: null,
      upn: null,
      tenant_id: null,
      scope: null,
      next_contact_at: null,
    });
    expect(ended?.version).toBeGreaterThan(active?.version ?? Infinity);
  });

  test("says what mends it, and no longer once it is mended", async () => {
    const { id, stub } = await connected("grace@contoso.example");
    await sandbox.revoke("grace@contoso.example");
    await stub.refresh({ resource: "graph" });
    expect(await rowWhen(id, statusIs("action_required"))).toMatchObject({
      status: "action_required",
      remedy_action: "sign_in",
    });
    expectOk(await signIn(stub, "grace@contoso.example"));
    expect(await rowWhen(id, statusIs("active"))).toMatchObject({
      status: "active",
      remedy_action: null,
    });
  });

  test("waits for the operator while the application's own secret is refused", async () => {
    const { id, stub } = await connected();
    await sandbox.fault({ match: { grant_type: "refresh_token" }, times: 1, aadsts: 7000222 });
    expect(await stub.refresh()).toMatchObject({ ok: false, error: { code: "app_misconfigured" } });
    const row = await rowWhen(id, (entry) => entry?.remedy_action === "fix_app");
    expect(row).toMatchObject({ status: "active", remedy_action: "fix_app" });
  });

  test("is taken out when the sign-in was refused and nothing is left of the connection", async () => {
    const id = `user:${newUser()}`;
    const stub = actorOf(id);
    const start = expectOk(await stub.beginAuthorization({ start: "user" }));
    expect(await rowWhen(id, statusIs("pending"))).toMatchObject({ status: "pending" });
    const response = await authorize(start.authUrl, "ada@contoso.example", "deny");
    const completion = expectOk(
      await stub.completeAuthorization({
        state: start.state,
        response: response.toString(),
        browserBinding: start.browserBinding ?? "",
      }),
    );
    expect(completion.outcome).toBe("refused");
    expect(await rowWhen(id, (entry) => entry === undefined)).toBeUndefined();
    expect(await stub.info()).toMatchObject({ ok: false, error: { code: "not_found" } });
    // Its name is free, and heard again.
    expectOk(await signIn(stub));
    expect(await rowWhen(id, statusIs("active"))).toMatchObject({ status: "active" });
  });

  test("agrees with a connection that died between its change and the directory's write", async () => {
    const { id, stub } = await connected();
    expect(await rowWhen(id, statusIs("active"))).toMatchObject({ status: "active" });
    const left = await withoutDirectory(async () => {
      expectOk(await stub.disconnect());
      return runInDurableObject(stub, (_instance, ctx) => {
        const rows = ctx.storage.sql.exec("SELECT sink FROM outbox").toArray();
        ctx.abort("power cut");
        return rows;
      }).catch((error: unknown) => String(error));
    });
    expect(left).toContain("power cut");
    expect(await directory.read(id)).toMatchObject({ status: "active" });
    // Nobody calls it: its alarm does it.
    expect(await rowWhen(id, statusIs("disconnected"), 10_000)).toMatchObject({
      status: "disconnected",
      refresh_token: null,
    });
  });
});
