import { SignJWT } from "jose";
import { describe, expect, test, vi } from "vitest";
import { callerOf, type CredentialContext } from "../../../src/callers/credential.ts";
import type { Caller } from "../../../src/callers/caller.ts";
import type { Scope } from "../../../src/contract/scope.ts";
import { mintSession, verifySession } from "../../../src/callers/session.ts";
import { mintTicket, readProtocols, verifyTicket } from "../../../src/callers/ticket.ts";
import { newestKey, type SessionSecret } from "../../../src/platform/keys.ts";

const secret: SessionSecret = ["a session secret of more than thirty-two bytes"];
/** After a new version was put in front. */
const rotated: SessionSecret = ["the session secret that came after the first", ...secret];
const now = Date.UTC(2026, 0, 1);
const server = (...scopes: Scope[]): Caller => ({
  kind: "api_key",
  id: "server",
  scopes: new Set(scopes),
});
const everything = server(
  "connections:read",
  "connections:write",
  "graph:read",
  "graph:write",
  "arm:read",
  "tokens:read",
  "admin",
);

async function session(
  minter: Caller = everything,
  options: { scopes?: Scope[]; ttl?: number } = {},
) {
  const minted = await mintSession(secret, minter, { userId: "ada", ...options }, now);
  if (!minted.ok) throw new Error(minted.error.message);
  return minted.value;
}

interface Forgery {
  header?: Record<string, string>;
  claims?: Record<string, unknown>;
  key?: SessionSecret;
}

/** A token like ours, but for what is said. */
async function forged({ header, claims, key = secret }: Forgery): Promise<string> {
  return new SignJWT({
    iss: "azure-integration-worker",
    aud: "azure-session",
    sub: "ada",
    iat: now / 1000,
    exp: now / 1000 + 60,
    scope: "graph:read",
    ...claims,
  })
    .setProtectedHeader({ alg: "HS256", typ: "azure-session+jwt", ...header })
    .sign(await newestKey(key, "session", "mac"));
}

describe("a session", () => {
  test("carries the reading scopes of its minter, for an hour", async () => {
    const { token, expiresAt } = await session();
    expect(expiresAt).toBe("2026-01-01T01:00:00.000Z");
    expect(await verifySession(secret, token, now)).toEqual({
      kind: "session",
      id: "ada",
      userId: "ada",
      scopes: new Set(["connections:read", "graph:read", "arm:read"]),
      expiresAt: now + 3_600_000,
    });
    const reader = await session(server("connections:write", "graph:read"));
    expect((await verifySession(secret, reader.token, now))?.scopes).toEqual(
      new Set(["graph:read"]),
    );
  });

  test.each<Scope>(["admin", "tokens:read", "arm:write"])("never carries %s", async (scope) => {
    const minted = await mintSession(secret, everything, { userId: "ada", scopes: [scope] }, now);
    expect(minted).toMatchObject({ ok: false, error: { code: "forbidden", details: { scope } } });
  });

  test("minted by a user's own credential is for that user and ends with it", async () => {
    const own: Caller = { ...everything, kind: "session", userId: "ada", expiresAt: now + 90_500 };
    expect((await session(own)).expiresAt).toBe("2026-01-01T00:01:30.000Z");
    const other = await mintSession(secret, own, { userId: "grace" }, now);
    expect(other).toMatchObject({ ok: false, error: { code: "forbidden" } });
  });

  test("ends when it says", async () => {
    const { token } = await session(everything, { ttl: 10 });
    expect(await verifySession(secret, token, now + 9_000)).toBeDefined();
    expect(await verifySession(secret, token, now + 10_000)).toBeUndefined();
  });

  test.each<[string, Forgery]>([
    ["another key", { key: ["another session secret of more than 32 bytes"] }],
    ["another issuer", { claims: { iss: "elsewhere" } }],
    ["another audience", { claims: { aud: "azure-live" } }],
    ["another type", { header: { typ: "JWT" } }],
    ["no subject", { claims: { sub: undefined } }],
    ["a subject that is no user", { claims: { sub: "a:b" } }],
    ["no end", { claims: { exp: undefined } }],
  ])("with %s is none", async (_, forgery) => {
    expect(await verifySession(secret, await forged(forgery), now)).toBeUndefined();
    expect(await verifySession(secret, await forged({}), now)).toBeDefined();
  });

  test("is known after the secret was rotated, and ends with the version that signed it", async () => {
    const before = (await session()).token;
    expect(await verifySession(rotated, before, now)).toMatchObject({ userId: "ada" });
    const minted = await mintSession(rotated, everything, { userId: "ada" }, now);
    const after = minted.ok ? minted.value.token : "";
    expect(await verifySession(rotated, after, now)).toMatchObject({ userId: "ada" });
    expect(await verifySession(secret, after, now)).toBeUndefined();
    expect(await verifySession([rotated[0]], before, now)).toBeUndefined();
  });

  test("cannot be unsigned", async () => {
    const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
    const claims = {
      iss: "azure-integration-worker",
      aud: "azure-session",
      sub: "ada",
      iat: now / 1000,
      exp: now / 1000 + 60,
      scope: "admin",
    };
    const token = `${part({ alg: "none", typ: "azure-session+jwt" })}.${part(claims)}.`;
    expect(await verifySession(secret, token, now)).toBeUndefined();
  });

  test("that claims more than a user may have is cut down", async () => {
    const scope = "admin tokens:read graph:read nonsense";
    const token = await forged({ claims: { scope } });
    expect((await verifySession(secret, token, now))?.scopes).toEqual(new Set(["graph:read"]));
  });
});

describe("a ticket", () => {
  const caller: Caller = { ...everything, expiresAt: now + 20_000 };

  test("opens its connection for as long as its credential, thirty seconds at most", async () => {
    const { ticket, expiresAt } = await mintTicket(secret, caller, "user:ada", now);
    expect(expiresAt).toBe("2026-01-01T00:00:20.000Z");
    const verified = await verifyTicket(secret, ticket, "user:ada", now);
    expect(verified).toMatchObject({ expiresAt: now + 20_000, credentialExpiresAt: now + 20_000 });
    expect(verified?.id).toMatch(/^[\w-]{22}$/);
    const keys = await mintTicket(secret, everything, "user:ada", now);
    expect(keys.expiresAt).toBe("2026-01-01T00:00:30.000Z");
    expect(await verifyTicket(secret, keys.ticket, "user:ada", now + 31_000)).toBeUndefined();
  });

  test("is known after the secret was rotated", async () => {
    const { ticket } = await mintTicket(secret, caller, "user:ada", now);
    expect(await verifyTicket(rotated, ticket, "user:ada", now)).toBeDefined();
    expect(await verifyTicket([rotated[0]], ticket, "user:ada", now)).toBeUndefined();
  });

  test("opens no other connection, and is no session, nor a session a ticket", async () => {
    const { ticket } = await mintTicket(secret, everything, "user:ada", now);
    expect(await verifyTicket(secret, ticket, "user:grace", now)).toBeUndefined();
    expect(await verifySession(secret, ticket, now)).toBeUndefined();
    const { token } = await session();
    expect(await verifyTicket(secret, token, "ada", now)).toBeUndefined();
  });

  test.each([
    [undefined, { live: false }],
    ["azure.v1", { live: true }],
    ["azure.v1, ticket.abc", { live: true, ticket: "abc" }],
    ["ticket.abc,other", { live: false, ticket: "abc" }],
    ["azure.v2", { live: false }],
  ])("is found among the protocols %j", (header, expected) => {
    expect(readProtocols(header)).toEqual(expected);
  });
});

describe("a credential", () => {
  const validate = vi.fn(async (token: string) =>
    token === "host-token"
      ? { userId: "ada" }
      : token === "wide"
        ? { userId: "ada", scopes: ["graph:write", "admin", "tokens:read", "other"] }
        : token === "odd"
          ? { userId: "not a user" }
          : null,
  );
  const context: CredentialContext = {
    apiKeys: [],
    sessionSecret: secret,
    auth: { validate },
    now,
  };

  test("of the host's own stands for its user, with what a user may have", async () => {
    expect(await callerOf("Bearer host-token", context)).toMatchObject({
      ok: true,
      value: {
        kind: "auth",
        userId: "ada",
        scopes: new Set(["connections:read", "graph:read", "arm:read"]),
      },
    });
    const wide = await callerOf("bearer wide", context);
    expect(wide.ok && wide.value.scopes).toEqual(new Set(["graph:write"]));
  });

  test.each([
    undefined,
    "",
    "Basic abc",
    "Bearer",
    "Bearer two tokens",
    "Bearer unknown",
    "Bearer odd",
    "Bearer azk_a_b",
  ])("%j is refused", async (header) => {
    expect(await callerOf(header, context)).toMatchObject({ error: { code: "unauthenticated" } });
  });

  test("of ours is never shown to the host, valid or not", async () => {
    validate.mockClear();
    const { token } = await session();
    await callerOf(`Bearer ${token}`, { ...context, now: now + 7_200_000 });
    await callerOf("Bearer azk_one_secret", context);
    expect(validate).not.toHaveBeenCalled();
  });

  test("of the host's is refused where the host is not bound", async () => {
    const alone = { ...context, auth: undefined };
    expect(await callerOf("Bearer host-token", alone)).toMatchObject({
      error: { code: "unauthenticated" },
    });
  });
});
