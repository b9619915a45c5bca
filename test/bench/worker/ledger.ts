/** What the objects of this isolate wrote, as the platform counts and bills it. */

interface Entry {
  what: string;
  rows: () => number;
}

let entries: Entry[] = [];
/** When each object's alarm is due; nothing rings by itself on a simulated clock. */
const alarms = new Map<string, number>();
const instrumented = new WeakSet<object>();

export interface RowsWritten {
  total: number;
  /** Rows by the statement, or the alarm, that wrote them. */
  by: Record<string, number>;
}

/** Counts from here. */
export function openLedger(): void {
  entries = [];
}

export function readLedger(): RowsWritten {
  const by: Record<string, number> = {};
  let total = 0;
  for (const { what, rows } of entries) {
    const count = rows();
    if (count === 0) continue;
    by[what] = (by[what] ?? 0) + count;
    total += count;
  }
  return { total, by };
}

export const alarmOf = (id: string): number | undefined => alarms.get(id);

/** The alarm rings: the platform forgets it before the handler runs. */
export const consumeAlarm = (id: string): boolean => alarms.delete(id);

/** `UPDATE grant SET …` and its like, short enough to be read in a report. */
const nameOf = (statement: string): string =>
  statement.trim().split(/\s+/).slice(0, 3).join(" ").toLowerCase();

/**
 * Makes an object's storage keep the ledger. Statements run as they are; alarms are written down
 * instead of being set. An alarm set or deleted is billed as one row.
 */
export function instrument({ storage, id }: DurableObjectState): void {
  const sql: object = Object.getPrototypeOf(storage.sql);
  if (!instrumented.has(sql)) {
    instrumented.add(sql);
    const { exec } = storage.sql;
    Object.defineProperty(sql, "exec", {
      value(this: SqlStorage, statement: string, ...bindings: unknown[]) {
        const cursor = exec.call(this, statement, ...bindings);
        entries.push({ what: nameOf(statement), rows: () => cursor.rowsWritten });
        return cursor;
      },
    });
  }
  const alarmWritten = (what: string) => entries.push({ what, rows: () => 1 });
  Object.defineProperties(storage, {
    setAlarm: {
      value: async (due: number | Date) => {
        alarmWritten("set alarm");
        alarms.set(id.toString(), Number(due));
      },
    },
    getAlarm: { value: async () => alarms.get(id.toString()) ?? null },
    deleteAlarm: {
      value: async () => {
        alarmWritten("delete alarm");
        alarms.delete(id.toString());
      },
    },
  });
}
