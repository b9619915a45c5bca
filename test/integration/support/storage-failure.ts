import { runInDurableObject } from "cloudflare:test";
import type { StorageFault } from "../../simulation/model/commands.ts";
import type { Stub } from "./connections.ts";

/** Lets an object's storage fail whenever a table is written, as a full one does. */
export async function failStorage(stub: Stub, table: StorageFault): Promise<void> {
  const change = table === "grant" ? "UPDATE" : "INSERT";
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec(
      `CREATE TRIGGER full BEFORE ${change} ON ${table} BEGIN SELECT RAISE(ABORT, 'full'); END`,
    );
  });
}

export async function mendStorage(stub: Stub): Promise<void> {
  await runInDurableObject(stub, (_, { storage }) => {
    storage.sql.exec("DROP TRIGGER IF EXISTS full");
  });
}
