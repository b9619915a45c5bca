import { beforeAll } from "vitest";
import { migrateDirectory } from "./directory.ts";

// Every actor tells the directory: without its table each would try again and again.
beforeAll(migrateDirectory);
