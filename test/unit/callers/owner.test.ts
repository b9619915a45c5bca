import { describe, expect, test } from "vitest";
import type { Caller } from "../../../src/callers/caller.ts";
import {
  chosenConnection,
  ownConnection,
  type ConnectionChoice,
} from "../../../src/callers/owner.ts";

const key: Caller = { kind: "api_key", id: "k", scopes: new Set() };
const admin: Caller = { ...key, scopes: new Set(["admin"]) };
const ada: Caller = { kind: "session", id: "ada", userId: "ada", scopes: new Set() };
const tenant = "tenant:aaaaaaaa-0000-4000-8000-00000000000a";
const connection = (id: string) => ({ connection: { id, field: "connection" } });

describe("the connection a request means", () => {
  test.each<[string, Caller, ConnectionChoice, string]>([
    ["a user's own", ada, {}, "user:ada"],
    ["a user's own, named", ada, { userId: "ada" }, "user:ada"],
    ["a user's second account", ada, { label: "work" }, "user:ada:work"],
    ["a user's own by id", ada, connection("user:ada:work"), "user:ada:work"],
    ["whom a key names", key, { userId: "Ada", label: "x" }, "user:Ada:x"],
    ["what a key names", key, connection("user:grace"), "user:grace"],
    ["a tenant's, for an administrator", admin, connection(tenant), tenant],
  ])("is %s", (_, caller, choice, expected) => {
    expect(chosenConnection(caller, choice)).toEqual({ ok: true, value: expected });
  });

  test.each<[string, Caller, ConnectionChoice, string, string?]>([
    ["another user", ada, { userId: "grace" }, "forbidden"],
    ["another case of the user", ada, { userId: "Ada" }, "forbidden"],
    ["another user's connection", ada, connection("user:grace"), "forbidden"],
    ["a tenant's connection, by a user", ada, connection(tenant), "forbidden"],
    ["a tenant's connection without admin", key, connection(tenant), "forbidden"],
    ["nobody, by a key", key, {}, "invalid_request", "user_id"],
    ["only a label, by a key", key, { label: "x" }, "invalid_request", "user_id"],
    ["no id", key, connection("ada"), "invalid_request", "connection"],
    ["two things", key, { userId: "a", ...connection("user:a") }, "invalid_request", "connection"],
  ])("is refused: %s", (_, caller, choice, code, field) => {
    const chosen = chosenConnection(caller, choice);
    expect(chosen).toMatchObject({
      ok: false,
      error: { code, ...(field !== undefined && { details: { field } }) },
    });
  });
});

describe("a connection in a path", () => {
  test.each<[Caller, string, string | undefined]>([
    [key, "user:ada", undefined],
    [ada, "user:ada", undefined],
    [ada, "user:ada:work", undefined],
    [admin, tenant, undefined],
    [key, tenant, "forbidden"],
    [ada, tenant, "not_found"],
    [ada, "user:grace", "not_found"],
    [ada, "user:adaa", "not_found"],
    [key, "ada", "not_found"],
    [key, "user:", "not_found"],
    [key, "user:ada:UPPER", "not_found"],
    [key, "tenant:contoso", "not_found"],
    [key, "user:a:b:c", "not_found"],
  ])("%o %s: %s", (caller, id, code) => {
    const owned = ownConnection(caller, id);
    expect(owned).toMatchObject(
      code === undefined ? { ok: true, value: id } : { ok: false, error: { code } },
    );
  });
});
