import { createHash } from "node:crypto";

/**
 * How logs, data points and spans name a connection: its id may hold a person's address. The first 16
 * hex digits of its SHA-256, so that an operator finds a connection by `sha256sum`.
 */
export const connectionHash = (connectionId: string): string =>
  createHash("sha256").update(connectionId).digest("hex").slice(0, 16);
