import { createServer } from "node:net";
import type { Server } from "node:net";

// Both spellings of localhost, and nothing a neighbour on the network could reach.
const addresses = ["127.0.0.1", "::1"];
const unavailable = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : undefined;
}

function listenOn(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      const address = server.address();
      resolve(typeof address === "object" && address ? address.port : port);
    });
  });
}

/** Closes servers, once their connections are over. */
export async function closeAll(servers: readonly Server[]): Promise<void> {
  const close = (server: Server) =>
    new Promise<void>((resolve) => void server.close(() => resolve()));
  await Promise.all(servers.map(close));
}

export interface Listening {
  port: number;
  servers: Server[];
}

/**
 * Listens at localhost, by IPv4 and, where the machine has it, IPv6.
 * @param port 0 takes any free one
 * @param make a new server for each address
 * @throws the system's error (EADDRINUSE, EACCES)
 */
export async function listenLocally(make: () => Server, port: number): Promise<Listening> {
  const servers: Server[] = [];
  let taken = port;
  for (const host of addresses) {
    const server = make();
    try {
      taken = await listenOn(server, taken, host);
      servers.push(server);
    } catch (error) {
      if (unavailable.has(codeOf(error) ?? "")) continue;
      await closeAll(servers);
      throw error;
    }
  }
  return { port: taken, servers };
}

/** Why nobody can listen at this port of localhost, or undefined when it is free. */
export async function portProblem(port: number): Promise<string | undefined> {
  try {
    const { servers } = await listenLocally(() => createServer(), port);
    await closeAll(servers);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === "EADDRINUSE" ? "is already in use" : `cannot be used (${code})`;
  }
}
