import { DatabaseSync } from "node:sqlite";

/** What of a Durable Object's storage the tables of a connection use, over SQLite in memory. */
export function sqlStorage(): DurableObjectStorage {
  let database = new DatabaseSync(":memory:");
  let depth = 0;
  const rowsOf = (query: string, bindings: readonly (string | number | null)[]) => {
    if (bindings.length > 0 || !/;\s*\S/.test(query))
      return database.prepare(query).all(...bindings);
    database.exec(query);
    return [];
  };
  const storage = {
    sql: {
      exec(query: string, ...bindings: (string | number | null)[]) {
        const rows = rowsOf(query, bindings);
        return {
          toArray: () => rows,
          one() {
            const [row] = rows;
            if (row === undefined || rows.length > 1) throw new Error(`${rows.length} rows`);
            return row;
          },
        };
      },
    },
    transactionSync<Value>(work: () => Value): Value {
      const savepoint = `level_${(depth += 1)}`;
      database.exec(`SAVEPOINT ${savepoint}`);
      try {
        const value = work();
        database.exec(`RELEASE ${savepoint}`);
        return value;
      } catch (error) {
        database.exec(`ROLLBACK TO ${savepoint}; RELEASE ${savepoint}`);
        throw error;
      } finally {
        depth -= 1;
      }
    },
    async deleteAll() {
      database.close();
      database = new DatabaseSync(":memory:");
    },
  };
  // Only what the tables use is here: what else is asked of it fails.
  return storage as unknown as DurableObjectStorage;
}
