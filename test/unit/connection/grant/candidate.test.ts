import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  adoptionConflict,
  candidateSchema,
  grantedScopes,
  healConflict,
  ownAccountConflict,
  type Candidate,
} from "../../../../src/connection/grant/candidate.ts";
import type { Grant } from "../../../../src/connection/tables/grant-store.ts";
import { clouds } from "../../../../src/entra/cloud.ts";
import { elsewhere, home, signedInConnection, start } from "../support/connection.ts";

const arm = "https://management.azure.com/user_impersonation";
const object = "cccccccc-0000-4000-8000-00000000000c";

const token = (resource: string, scopes: string[]) => ({
  resource,
  token: "t",
  scopes,
  issued_at: start,
  lifetime_seconds: 3_600,
});

const candidate = (change: Partial<Candidate> = {}): Candidate => ({
  tenant_id: home,
  object_id: object,
  upn: null,
  name: null,
  login_hint: null,
  home_account: null,
  refresh_token: "r",
  required_scopes: ["openid", "User.Read", "Mail.Read"],
  required_resources: ["graph"],
  tokens: [token("graph", ["User.Read", "Mail.Read"])],
  latches: [],
  claims: null,
  ...change,
});

const consent = {
  action: "consent",
  message: "Consent.",
  since: "2026-11-28T12:00:00.000Z",
} as const;
const armRefused = { resource: "arm", remedy: consent };
const held = (): Grant => signedInConnection().state.grant();
const reason = (grant: Grant | undefined, change: Partial<Candidate> = {}) =>
  adoptionConflict(grant, candidate(change), clouds.global)?.details?.reason;

describe("a candidate that a reconnect link brought", () => {
  test.each<[string, Grant | undefined, Partial<Candidate>, string | undefined]>([
    ["of the same account repairs the grant", held(), {}, undefined],
    [
      "of another person of the tenant repairs nothing",
      held(),
      { object_id: elsewhere },
      "different_account",
    ],
    ["of another tenant repairs nothing", held(), { tenant_id: elsewhere }, "different_account"],
    ["is no first sign-in", undefined, {}, "disconnected"],
    [
      "does not connect again what was disconnected",
      { ...held(), refresh_token: null },
      {},
      "disconnected",
    ],
  ])("%s", (_, grant, change, expected) => {
    expect(healConflict(grant, candidate(change))?.details?.reason).toBe(expected);
  });
});

describe("a candidate", () => {
  test.each<[string, Grant | undefined, Partial<Candidate>, string | undefined]>([
    ["is adopted at a first sign-in", undefined, {}, undefined],
    ["of the same account replaces the grant", held(), {}, undefined],
    [
      "without refresh token is refused, first or not",
      undefined,
      { refresh_token: null },
      "no_refresh_token",
    ],
    ["without refresh token replaces nothing", held(), { refresh_token: null }, "no_refresh_token"],
    ["of another person is refused", held(), { object_id: elsewhere }, "different_account"],
    ["of another tenant is refused", held(), { tenant_id: elsewhere }, "different_account"],
    [
      "of another account is adopted where none is held",
      { ...held(), refresh_token: null },
      { object_id: elsewhere },
      undefined,
    ],
    [
      "with less than was asked for is refused",
      held(),
      { tokens: [token("graph", ["User.Read"])] },
      "missing_scopes",
    ],
    [
      "with less is refused at a first sign-in too",
      undefined,
      { tokens: [token("graph", ["User.Read"])] },
      "missing_scopes",
    ],
    [
      "with scopes in other letters lacks nothing",
      held(),
      { tokens: [token("graph", ["user.read", "MAIL.READ"])] },
      undefined,
    ],
  ])("%s", (_, grant, change, expected) => {
    expect(reason(grant, change)).toBe(expected);
  });

  test("with a resource that refused it is kept at a first sign-in, and not later", () => {
    const change = { required_scopes: ["User.Read", arm], latches: [armRefused] };
    expect(reason(undefined, change)).toBeUndefined();
    expect(reason(held(), change)).toBe("missing_scopes");
  });

  test("whose second resource could not be asked loses nothing for it", () => {
    expect(reason(held(), { required_scopes: ["User.Read", arm] })).toBeUndefined();
  });

  test("of another tenant is pointed to tenant_id, and one of another person is not", () => {
    const message = (change: Partial<Candidate>) =>
      adoptionConflict(held(), candidate(change), clouds.global)?.message;
    expect(message({ tenant_id: elsewhere })).toContain("tenant_id");
    expect(message({ object_id: elsewhere })).not.toContain("tenant_id");
  });
});

test("a refusal names each scope that lacks, and no other", () => {
  const names = ["Mail.Read", "Files.Read", "Calendars.Read", "Contacts.Read"];
  fc.assert(
    fc.property(fc.subarray(names), (granted) => {
      const failure = adoptionConflict(
        undefined,
        candidate({ required_scopes: names, tokens: [token("graph", granted)] }),
        clouds.global,
      );
      const lacking = names.filter((name) => !granted.includes(name));
      expect(failure === undefined).toBe(lacking.length === 0);
      for (const name of names) {
        expect(failure?.message.includes(name) ?? false).toBe(lacking.includes(name));
      }
    }),
  );
});

test("the scopes granted are those of all tokens, each once, without .default", () => {
  const tokens = [
    token("graph", ["https://graph.microsoft.com/.default", "User.Read"]),
    token("arm", [arm, "User.Read"]),
  ];
  expect(grantedScopes(candidate({ tokens })).toSorted()).toEqual(["User.Read", arm]);
});

test("a candidate that an earlier version kept has no home account", () => {
  const { home_account: _, ...earlier } = candidate();
  expect(candidateSchema.parse(earlier)).toMatchObject({ home_account: null });
});

describe("a connection whose user is an account", () => {
  const own = `${object}@${home}`;
  test.each([
    ["takes that account", `user:${own}`, {}, undefined],
    ["takes it however its id is written", `user:${own.toUpperCase()}`, {}, undefined],
    ["takes no other of the tenant", `user:${own}`, { object_id: elsewhere }, "different_account"],
    ["takes none of another tenant", `user:${own}`, { tenant_id: elsewhere }, "different_account"],
    ["takes another under a label", `user:${own}:work`, { object_id: elsewhere }, undefined],
    ["is none with half an id", `user:${object}@contoso`, { object_id: elsewhere }, undefined],
    ["is none with more than one", `user:${own}@${home}`, { object_id: elsewhere }, undefined],
    ["is none by another name", "user:ada", { object_id: elsewhere }, undefined],
  ])("%s", (_, connectionId, change, expected) => {
    expect(ownAccountConflict(connectionId, candidate(change))?.details?.reason).toBe(expected);
  });
});
