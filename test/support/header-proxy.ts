import { createServer, request } from "node:http";
import { pipeline } from "node:stream";
import { closeAll, listenLocally } from "../sandbox/loopback.ts";

/** Passes requests on with one more header: for a tool that cannot send a credential. */
export interface HeaderProxy {
  /** `http://localhost:{port}` */
  url: string;
  close(): Promise<void>;
}

/** @param target origin that gets them; what the sender says of the host stays as it was */
export async function startHeaderProxy(
  target: string,
  header: Readonly<Record<string, string>>,
): Promise<HeaderProxy> {
  const { hostname, port: targetPort } = new URL(target);
  const { port, servers } = await listenLocally(
    () =>
      createServer((incoming, outgoing) => {
        const upstream = request(
          {
            hostname,
            port: targetPort,
            method: incoming.method,
            path: incoming.url,
            headers: { ...incoming.headers, ...header },
          },
          (answer) => {
            outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
            pipeline(answer, outgoing, () => {});
          },
        );
        upstream.on("error", () => outgoing.destroy());
        pipeline(incoming, upstream, () => {});
      }),
    0,
  );
  return {
    url: `http://localhost:${port}`,
    close: () => closeAll(servers),
  };
}
