/**
 * The columns of each table that a series of migrations leaves, read off its SQL: a table that is made
 * anew replaces the one before.
 */
export function storedColumns(sql: string): Map<string, string[]> {
  const tables = new Map<string, string[]>();
  const statement =
    /CREATE TABLE (?:IF NOT EXISTS )?(\w+) \(([\s\S]*?)\)(?: STRICT[^;"]*)?[;"]|ALTER TABLE (\w+) ADD COLUMN (\w+)/g;
  for (const [, created, body = "", altered = "", column = ""] of sql.matchAll(statement)) {
    if (created === undefined) {
      tables.get(altered)?.push(column);
      continue;
    }
    const columns = [...body.matchAll(/(?:^|\n)\s*(\w+) (?:TEXT|INTEGER)\b/g)];
    tables.set(
      created,
      columns.map(([, name = ""]) => name),
    );
  }
  return tables;
}
