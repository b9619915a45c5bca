import { describe, expect, test } from "vitest";
import { runDurableObjectAlarm } from "cloudflare:test";
import { clockOfEachTest } from "./support/clock.ts";
import { expectOk } from "./support/connections.ts";
import { front, sessionOf } from "./support/front.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { sandbox } from "./support/sandbox.ts";

const me = "https://graph.microsoft.com/v1.0/me";
const accounts = [
  "ada@contoso.example",
  "grace@contoso.example",
  "alan@fabrikam.example",
  "lin@fabrikam.example",
] as const;
const connections = 200;

const clock = clockOfEachTest();

/** The same order in every run, and no order that a reader would expect. */
function shuffled<Item>(items: readonly Item[], seed: number): Item[] {
  let state = seed;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
  return items
    .map((item) => ({ item, at: random() }))
    .sort((one, other) => one.at - other.at)
    .map(({ item }) => item);
}

describe(`${connections} users with ${accounts.length} Microsoft accounts`, () => {
  test("each see their own account at every call, through expiries, refusals and renewals", async () => {
    const refreshTokens = await Promise.all(accounts.map((account) => refreshTokenOf(account)));
    const users = await Promise.all(
      Array.from({ length: connections }, async (_, index) => {
        const which = index % accounts.length;
        const { id, stub } = await imported(refreshTokens[which] ?? "");
        return { stub, userId: id.slice("user:".length), account: accounts[which] };
      }),
    );
    type User = (typeof users)[number];
    const viaStub = async ({ stub }: User) => (await stub.fetch(me)).json<object>();
    const viaHttp = async ({ userId }: User) => {
      const response = await front("/user", { credential: await sessionOf(userId) });
      return (await response.json<{ data: object }>()).data;
    };

    let calls = 0;
    for (let round = 0; round < 4; round += 1) {
      // Each round meets tokens that are fresh, due, refused or expired.
      await clock.advance(1_200);
      if (round === 2) await sandbox.revoke("grace@contoso.example", "graph");
      if (round === 3) {
        await sandbox.fault({ match: { url: "/oauth2/v2.0/token" }, times: 20, delay_ms: 30 });
      }
      await Promise.all(
        shuffled(users, round).map(async (user, index) => {
          if (index % 10 === 0) await runDurableObjectAlarm(user.stub);
          const seen = await (index % 10 === 1 ? viaHttp(user) : viaStub(user));
          calls += 1;
          expect(seen).toMatchObject({ userPrincipalName: user.account });
        }),
      );
    }
    expect(calls).toBe(4 * connections);

    const renewed = await Promise.all(
      users.map(async ({ stub, account }) => {
        const info = expectOk(await stub.info());
        expect(info.identity?.upn).toBe(account);
        return info.resources.some(({ generation }) => generation > 1);
      }),
    );
    expect(renewed.every(Boolean)).toBe(true);
  }, 120_000);

  test("cannot read each other's connection by a session of their own", async () => {
    const refreshToken = await refreshTokenOf("ada@contoso.example");
    const [mine, theirs] = await Promise.all([imported(refreshToken), imported(refreshToken)]);
    const session = await sessionOf(mine.id.slice("user:".length));
    const of = (id: string) => id.slice("user:".length);
    const statuses = await Promise.all(
      [
        `/user?user_id=${of(theirs.id)}`,
        `/connections/${theirs.id}`,
        `/connections/${theirs.id}/events`,
        `/user?connection=${theirs.id}`,
      ].map(async (path) => (await front(path, { credential: session })).status),
    );
    expect(statuses).toEqual([403, 404, 404, 403]);
    const gateway = await front("/graph/v1.0/me", {
      credential: session,
      headers: { "x-azure-connection": theirs.id },
    });
    expect([403, 404]).toContain(gateway.status);
  });
});
