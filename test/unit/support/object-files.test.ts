import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { grantsFiles } from "../../support/object-files.ts";

test("a file whose writer died in the middle of a transaction is read as it was before that", () => {
  const persist = mkdtempSync(join(tmpdir(), "object-files-"));
  const folder = join(persist, "do", "azure-McpGrants");
  mkdirSync(folder, { recursive: true });
  const [living, dead] = [join(persist, "living"), join(folder, "dead.sqlite")];
  const db = new DatabaseSync(living);
  db.exec("CREATE TABLE entry (value TEXT, expires_at INTEGER)");
  db.exec("INSERT INTO entry VALUES ('before', 5)");
  // So small a cache that the transaction is in the file before its end.
  db.exec("PRAGMA cache_size = 1; BEGIN");
  const insert = db.prepare("INSERT INTO entry VALUES (?, 1)");
  for (let row = 0; row < 500; row += 1) insert.run("x".repeat(500));
  copyFileSync(living, dead);
  copyFileSync(`${living}-journal`, `${dead}-journal`);
  expect(grantsFiles(persist)).toEqual([{ file: "dead.sqlite", rows: 1, expiry: 5, alarm: null }]);
  db.close();
  rmSync(persist, { recursive: true, force: true });
});
