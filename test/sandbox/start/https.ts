import { connect } from "node:net";
import type { Socket } from "node:net";
import { createServer } from "node:tls";
import type { Certificate } from "../certificate.ts";
import { listenLocally } from "../loopback.ts";

/** Ends TLS in front of a server at localhost, whatever it speaks inside: requests, streams, sockets. */
export interface TlsFront {
  url: string;
  close(): Promise<void>;
}

/**
 * @param port where https is served
 * @param target the port of the http server at localhost
 * @throws the system's error (EADDRINUSE) when the port cannot be had
 */
export async function startTlsFront(
  port: number,
  target: number,
  { key, cert }: Certificate,
): Promise<TlsFront> {
  const open = new Set<Socket>();
  const { servers } = await listenLocally(
    () =>
      createServer({ key, cert }, (outside) => {
        const inside = connect(target, "localhost");
        for (const socket of [outside, inside]) {
          open.add(socket);
          // A close follows every error: no error of a caller's is ours.
          socket.on("error", () => {}).once("close", () => void open.delete(socket));
        }
        outside.pipe(inside).pipe(outside);
        // Nobody reads any more; but what the Worker has said to its end is still to be delivered.
        outside.once("close", () => inside.destroy());
        inside.once("close", (broken) => (broken ? outside.destroy() : outside.end()));
      }).on("tlsClientError", () => {}),
    port,
  );
  return {
    url: `https://localhost:${port}`,
    close: async () => {
      const closed = servers.map(
        (server) => new Promise<void>((resolve) => void server.close(() => resolve())),
      );
      for (const socket of open) socket.destroy();
      await Promise.all(closed);
    },
  };
}
