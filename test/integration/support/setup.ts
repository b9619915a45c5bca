import { beforeAll } from "vitest";
import { migrateDirectory } from "./directory.ts";

// Every actor tells the directory: without its table each would try again and again.
beforeAll(migrateDirectory);

/**
 * What the Worker logs is for tests that listen. On its way to the report it would be sent from within
 * the object that logged it, and one that ends in the middle of that keeps the whole run from its end.
 */
const { log } = console;
console.log = (...data: unknown[]) => {
  if (!String(data[0]).startsWith('{"level":')) log(...data);
};
