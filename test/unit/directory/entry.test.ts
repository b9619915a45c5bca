import { describe, expect, test } from "vitest";
import {
  listedConnection,
  ownerColumns,
  type DirectoryEntry,
} from "../../../src/directory/entry.ts";

const guid = "aaaaaaaa-0000-4000-8000-000000000001";

describe("ownerColumns", () => {
  const owners: [string, { user_id: string; provider: string }][] = [
    ["user:ada", { user_id: "ada", provider: "azure" }],
    ["user:ada:work", { user_id: "ada", provider: "azure:work" }],
    [`tenant:${guid}`, { user_id: "", provider: `azure:tenant:${guid}` }],
  ];
  test.each(owners)("reads the owner off %s", (id, columns) => {
    expect(ownerColumns(id)).toEqual(columns);
  });

  test("has no columns for what is not the id of a connection", () => {
    expect(() => ownerColumns("nobody")).toThrow("not the id of a connection");
  });
});

describe("listedConnection", () => {
  const entry: DirectoryEntry = {
    connection_id: `tenant:${guid}`,
    status: "pending",
    remedy_action: null,
    tenant_id: null,
    upn: null,
    scope: null,
    refresh_token: "k1.backup",
    version: 1,
    created_at: "2026-01-01T00:00:00.000Z",
    updated_at: "2026-01-01T00:00:00.000Z",
    next_contact_at: null,
    paused_sinks: null,
  };

  test("shows no backup, and no user for a tenant's connection", () => {
    const {
      connection_id: id,
      scope: _scope,
      refresh_token: _backup,
      version: _v,
      ...rest
    } = entry;
    expect(listedConnection(entry)).toEqual({
      id,
      kind: "tenant",
      user_id: null,
      label: null,
      scopes: [],
      ...rest,
      paused_sinks: [],
    });
  });
});
