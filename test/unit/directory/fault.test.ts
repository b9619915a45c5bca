import { describe, expect, test } from "vitest";
import { directoryOf } from "../../../src/directory/directory.ts";
import { directoryFailure, named } from "../../../src/directory/fault.ts";
import { AzureError } from "../../../src/contract/errors.ts";

const command = "npx wrangler d1 migrations apply DB --remote";
const failureOf = (message: string) => directoryFailure(new Error(message), command);

describe("an error of the directory's database", () => {
  test.each([
    ["D1_ERROR: no such table: oauth_connections: SQLITE_ERROR", "oauth_connections"],
    ["D1_ERROR: no such table: oauth_connections at offset 14: SQLITE_ERROR", "oauth_connections"],
    ["no such table: sinks", "sinks"],
    ["D1_EXEC_ERROR: Error in line 1: SELECT: no such table: t1: SQLITE_ERROR", "t1"],
  ])("names the missing table and what makes it: %s", (message, table) => {
    expect(failureOf(message)).toEqual({
      code: "app_misconfigured",
      message: `The directory's database DB lacks the table ${table}: run ${command}.`,
      details: { variable: "DB", reason: "missing_table", table, command },
    });
  });

  test.each([
    ["D1_ERROR: no such column: paused_sinks at offset 100: SQLITE_ERROR", "paused_sinks"],
    ["D1_ERROR: no such column: next_contact_at: SQLITE_ERROR", "next_contact_at"],
    ["D1_ERROR: table oauth_connections has no column named upn: SQLITE_ERROR", "upn"],
  ])("names the missing column and what makes it: %s", (message, column) => {
    expect(failureOf(message)).toMatchObject({
      code: "app_misconfigured",
      details: { variable: "DB", reason: "missing_column", column, command },
    });
    expect(failureOf(message)?.message).toContain(`${column}: run ${command}`);
  });

  test.each([
    "D1_ERROR: Network connection lost.",
    "Network connection lost.",
    "D1_ERROR: D1 DB is overloaded. Requests queued for too long.",
    "D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.",
    "D1 DB reset because its code was updated.",
    "D1_ERROR: Failed to parse body as JSON, got: error code: 1031",
    "D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.",
  ])("is trouble of the database itself, which passes: %s", (message) => {
    const reason = failureOf(message);
    expect(reason).toMatchObject({
      code: "upstream_unavailable",
      retry_after: 5,
      details: { reason: "directory_unreachable" },
    });
    expect(reason?.message).not.toMatch(/migrat|wrangler|Microsoft/);
  });

  test.each([
    'D1_ERROR: near "SELEKT": syntax error at offset 0: SQLITE_ERROR',
    "D1_ERROR: UNIQUE constraint failed: oauth_connections.id: SQLITE_CONSTRAINT",
    "D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined': SQLITE_MISMATCH",
    "Cannot read properties of undefined (reading 'x')",
    "",
  ])("is ours when it is of the statement or of no database: %s", (message) => {
    expect(failureOf(message)).toBeUndefined();
  });

  test("keeps its cause, and leaves what it does not know as it is", async () => {
    const cause = new Error("D1_ERROR: no such table: oauth_connections: SQLITE_ERROR");
    const told = await named(command, () => Promise.reject(cause)).catch((error: unknown) => error);
    expect(told).toBeInstanceOf(AzureError);
    expect(told).toMatchObject({ code: "app_misconfigured", status: 503, cause });
    const odd = new TypeError("odd");
    expect(await named(command, () => Promise.reject(odd)).catch((error: unknown) => error)).toBe(
      odd,
    );
    expect(await named(command, () => Promise.resolve(7))).toBe(7);
  });
});

test.each([
  ["sandbox", "npx wrangler d1 migrations apply DB --local"],
  ["global", "npx wrangler d1 migrations apply DB --remote"],
  [undefined, "npx wrangler d1 migrations apply DB --remote"],
])("in the cloud %s the command is %s", async (cloud, command) => {
  const prepare = () => {
    throw new Error("D1_ERROR: no such table: oauth_connections: SQLITE_ERROR");
  };
  const directory = directoryOf({
    DB: { prepare } as unknown as D1Database,
    ...(cloud !== undefined && { AZURE_CLOUD: cloud }),
  });
  const error = await directory?.census.counts().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ code: "app_misconfigured", details: { command } });
});
