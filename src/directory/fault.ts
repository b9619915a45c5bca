import { AzureError, failure, type Failure } from "../contract/errors.ts";

/** Asks the database; a fault of it has its name then. */
export type Ask = <Value>(work: (db: D1Database) => Promise<Value>) => Promise<Value>;

/** Seconds after which a database that did not answer is worth another try. */
const retryAfter = 5;

const missingTable = /no such table: (\w{1,64})/;
const missingColumn = /(?:no such column: |has no column named )(\w{1,64})/;
/** What SQLite itself says of a statement: the database was there. */
const refusedStatement = /\bSQLITE_[A-Z]+\b/;
/** D1 puts this before what it reports; what the runtime says of a lost connection has no such mark. */
const databaseError = /^D1_\w*ERROR\b|Network connection lost|\bD1 DB\b/;

/**
 * What an error of the directory's database means: a migration that was forgotten, or a database
 * that did not answer.
 *
 * @param command what applies the migrations
 * @returns undefined when it is neither, and so a fault of ours
 */
export function directoryFailure(error: unknown, command: string): Failure | undefined {
  const message = error instanceof Error ? error.message : "";
  const [, table] = missingTable.exec(message) ?? [];
  if (table !== undefined) {
    return failure(
      "app_misconfigured",
      `The directory's database DB lacks the table ${table}: run ${command}.`,
      { details: { variable: "DB", reason: "missing_table", table, command } },
    );
  }
  const [, column] = missingColumn.exec(message) ?? [];
  if (column !== undefined) {
    return failure(
      "app_misconfigured",
      `A table of the directory's database DB lacks the column ${column}: run ${command}.`,
      { details: { variable: "DB", reason: "missing_column", column, command } },
    );
  }
  if (!databaseError.test(message) || refusedStatement.test(message)) return undefined;
  return directoryUnreachable();
}

export const directoryUnreachable = (): Failure =>
  failure("upstream_unavailable", "The directory's database does not answer at the moment.", {
    retry_after: retryAfter,
    details: { reason: "directory_unreachable" },
  });

/** What work on the database gives. @throws AzureError see {@link directoryFailure}, with its cause */
export async function named<Value>(command: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (cause) {
    const reason = directoryFailure(cause, command);
    throw reason === undefined ? cause : new AzureError(reason, { cause });
  }
}
