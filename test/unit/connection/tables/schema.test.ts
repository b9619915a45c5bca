import { describe, expect, test } from "vitest";
import { ConnectionState } from "../../../../src/connection/connection-state.ts";
import { isHeld } from "../../../../src/connection/policy/grant-kind.ts";
import { migrate, schemaVersion } from "../../../../src/connection/tables/schema.ts";
import { home, start } from "../support/connection.ts";
import { sqlStorage } from "../support/sql-storage.ts";

const open = (storage: DurableObjectStorage) =>
  new ConnectionState({ storage, connectionId: "user:ada", sinks: [], published: () => {} });

describe("an object of an earlier version", () => {
  test.each([1, 2, 3, 4, 5, 6])("%i keeps its grant, as that of a user", (version) => {
    const storage = sqlStorage();
    migrate(storage, 0, version);
    storage.sql.exec(
      "INSERT INTO grant (id, status, tenant_id, refresh_token, created_at, updated_at) VALUES (1, ?, ?, ?, ?, ?)",
      "active",
      home,
      "sealed",
      start,
      start,
    );
    const grant = open(storage).grant();
    expect(grant).toMatchObject({ kind: "user", status: "active", refresh_token: "sealed" });
    expect(isHeld(grant)).toBe(true);
  });

  test("is brought up to date once", () => {
    const storage = sqlStorage();
    migrate(storage, 0, 2);
    open(storage);
    const version = schemaVersion(storage.sql);
    expect(version).toBeGreaterThan(6);
    expect(() => open(storage)).not.toThrow();
    expect(schemaVersion(storage.sql)).toBe(version);
  });
});

test("an object that is no connection gets no tables by being asked", () => {
  const storage = sqlStorage();
  expect(open(storage).exists).toBe(false);
  expect(storage.sql.exec("SELECT name FROM sqlite_master").toArray()).toEqual([]);
});
