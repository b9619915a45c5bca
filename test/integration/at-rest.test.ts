import { runInDurableObject } from "cloudflare:test";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { EncryptionKey } from "../../src/config/config.ts";
import { connectionHash } from "../../src/platform/connection-hash.ts";
import { actorOf, connected, expectOk, type Stub } from "./support/connections.ts";
import { rowWhen } from "./support/directory.ts";
import { reconfigured } from "./support/reconfigured.ts";
import { sandbox } from "./support/sandbox.ts";
import { rewriteAnswers, tokenAnswers } from "./support/token-answers.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

const me = "https://graph.microsoft.com/v1.0/me";
const oldKey: EncryptionKey = { kid: "k1", key: new Uint8Array(32).fill(7) };
const newKey: EncryptionKey = { kid: "k2", key: new Uint8Array(32).fill(2) };

interface Sealed {
  refreshToken: string;
  accessTokens: Record<string, string>;
}

/** The ciphertexts an object keeps, by column. */
const sealedIn = (stub: Stub): Promise<Sealed> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => ({
    refreshToken: String(sql.exec("SELECT refresh_token FROM grant").one()["refresh_token"]),
    accessTokens: Object.fromEntries(
      sql
        .exec("SELECT resource, token FROM access_token")
        .toArray()
        .map(({ resource, token }) => [String(resource), String(token)]),
    ),
  }));

const setRefreshToken = (stub: Stub, sealed: string): Promise<unknown> =>
  runInDurableObject(stub, (_, { storage: { sql } }) => {
    sql.exec("UPDATE grant SET refresh_token = ?", sealed);
  });

/** Changes one bit of the byte that stands `fromEnd` characters before the end. */
function flipped(sealed: string, fromEnd = 8): string {
  const at = sealed.length - fromEnd;
  return `${sealed.slice(0, at)}${sealed[at] === "A" ? "B" : "A"}${sealed.slice(at + 1)}`;
}

const kidOf = (sealed: string): string => sealed.split(".")[0] ?? "";

describe("what an object stores", () => {
  test("holds no token in clear, in any table", async () => {
    const { stub } = await connected();
    const token = expectOk(await stub.accessToken({ resource: "graph" })).token;
    const refreshToken = await reconfigured(stub, {}, async ({ state, cipher }) => {
      const opened = await cipher.open("refresh_token", state.grant().refresh_token ?? "");
      return opened.ok ? opened.value : "";
    });
    expect(refreshToken).not.toBe("");
    const everything = await runInDurableObject(stub, (_, { storage: { sql } }) =>
      sql
        .exec(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
        )
        .toArray()
        .map(({ name }) => JSON.stringify(sql.exec(`SELECT * FROM "${name}"`).toArray()))
        .join("\n"),
    );
    expect(everything).toContain("k1.");
    expect(everything).not.toContain(token);
    expect(everything).not.toContain(refreshToken);
  });
});

describe("a change of keys", () => {
  test("rewrites a grant at its next refresh, after which the old key may go", async () => {
    const { id, stub } = await connected();
    await rowWhen(id, (entry) => entry?.status === "active");
    expect(kidOf((await sealedIn(stub)).refreshToken)).toBe("k1");

    await reconfigured(stub, { encryptionKeys: [newKey, oldKey] }, async (parts) => {
      // What was sealed with the old key serves until then.
      expect((await parts.refresher.token({ resource: "arm", minValiditySeconds: 0 })).ok).toBe(
        true,
      );
      expectOk(await parts.refresher.force("graph"));
    });
    const rewritten = await sealedIn(stub);
    expect(kidOf(rewritten.refreshToken)).toBe("k2");
    expect(kidOf(rewritten.accessTokens["graph"] ?? "")).toBe("k2");
    expect(kidOf(rewritten.accessTokens["arm"] ?? "")).toBe("k1");

    const mark = await sandbox.mark();
    await reconfigured(stub, { encryptionKeys: [newKey] }, async ({ refresher }) => {
      expect((await refresher.token({ resource: "graph", minValiditySeconds: 0 })).ok).toBe(true);
      expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
      // An access token of the old key is lost, and only costs the POST that replaces it.
      expect((await refresher.token({ resource: "arm", minValiditySeconds: 0 })).ok).toBe(true);
      expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
    });
    expect(kidOf((await sealedIn(stub)).accessTokens["arm"] ?? "")).toBe("k2");
  });

  test("reaches a grant whose refresh token Microsoft did not replace", async () => {
    const { stub } = await connected();
    rewriteAnswers({ [tokenAnswers]: (body) => ({ ...body, refresh_token: undefined }) });
    await reconfigured(stub, { encryptionKeys: [newKey, oldKey] }, async (parts) => {
      expectOk(await parts.refresher.force("graph"));
    });
    expect(kidOf((await sealedIn(stub)).refreshToken)).toBe("k2");
    const answer = await reconfigured(stub, { encryptionKeys: [newKey] }, (parts) =>
      parts.refresher.force("graph"),
    );
    expect(answer.ok).toBe(true);
  });

  test("that took the old key away too early is reported, harms nothing and is undone by giving it back", async () => {
    const { stub } = await connected();
    const mark = await sandbox.mark();
    const before = await sealedIn(stub);
    const refused = await reconfigured(stub, { encryptionKeys: [newKey] }, (parts) =>
      parts.refresher.force("graph"),
    );
    expect(refused).toMatchObject({
      ok: false,
      error: { code: "app_misconfigured", details: { variable: "TOKEN_ENCRYPTION_KEYS" } },
    });
    expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
    expect(await sealedIn(stub)).toEqual(before);
    expect(expectOk(await stub.info()).status).toBe("active");
    expectOk(await stub.refresh());
  });
});

describe("a stored grant", () => {
  const spoilt: [string, (own: string, other: string) => string][] = [
    ["with a changed byte", (own) => flipped(own)],
    [
      "with a changed nonce",
      (own) => own.replace(/^k1\.(.)/, (_, first) => `k1.${first === "A" ? "B" : "A"}`),
    ],
    ["cut short", (own) => own.slice(0, -12)],
    ["moved here from another connection", (_own, other) => other],
    ["that is no ciphertext", () => "k1"],
  ];
  test.each(spoilt)(
    "%s is refused and reported, and nothing else is harmed",
    async (_name, spoil) => {
      const log = vi.spyOn(console, "log");
      const { id, stub } = await connected();
      const neighbour = await connected("alan@fabrikam.example");
      const own = (await sealedIn(stub)).refreshToken;
      const other = (await sealedIn(neighbour.stub)).refreshToken;
      await setRefreshToken(stub, spoil(own, other));

      const mark = await sandbox.mark();
      expect(await stub.refresh()).toMatchObject({
        ok: false,
        error: { code: "app_misconfigured", details: { reason: "tampered" } },
      });
      expect(await sandbox.tokenPosts(mark)).toHaveLength(0);
      const told = log.mock.calls.map(([line]) => String(line)).join("\n");
      expect(told).toContain(
        `"event":"grant_unreadable","code":"tampered","connection":"${connectionHash(id)}"`,
      );

      // A token that was minted before still serves; the neighbour goes on as ever.
      expect((await stub.fetch(me)).status).toBe(200);
      expectOk(await neighbour.stub.refresh());
      expect(await (await neighbour.stub.fetch(me)).json()).toMatchObject({
        userPrincipalName: "alan@fabrikam.example",
      });
      await setRefreshToken(stub, own);
      await runInDurableObject(stub, (_, ctx) => ctx.abort("restart")).catch(() => undefined);
      expectOk(await actorOf(id).refresh());
    },
  );

  test("of an access token with a changed byte costs one POST, and no call", async () => {
    const { stub, id } = await connected();
    await runInDurableObject(stub, (_, { storage: { sql } }) => {
      const { token } = sql.exec("SELECT token FROM access_token WHERE resource = 'graph'").one();
      sql.exec(
        "UPDATE access_token SET token = ? WHERE resource = 'graph'",
        flipped(String(token)),
      );
    });
    await runInDurableObject(stub, (_, ctx) => ctx.abort("restart")).catch(() => undefined);
    const mark = await sandbox.mark();
    expect((await actorOf(id).fetch(me)).status).toBe(200);
    expect(await sandbox.tokenPosts(mark)).toHaveLength(1);
  });
});
