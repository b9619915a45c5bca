import { request, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer } from "node:https";
import { pipeline } from "node:stream";
import type { Certificate } from "../sandbox/certificate.ts";
import { listenLocally } from "../sandbox/loopback.ts";

export interface TlsProxy {
  /** `https://localhost:{port}` */
  url: string;
  close(): Promise<void>;
}

export interface TlsProxyOptions {
  certificate: Certificate;
  /** Told every answer's head and, in clear, the chunks of its body. */
  observe?: ((text: string) => void) | undefined;
}

/** Headers that speak of one hop (RFC 9110 §7.6.1). */
const hopHeaders = new Set(["connection", "keep-alive", "transfer-encoding", "upgrade"]);

const withoutHop = (headers: IncomingMessage["headers"]) =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !hopHeaders.has(name)));

/** Passes one request on as a load balancer does: its host stays, its scheme is told by header. */
function forward(
  target: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  observe: TlsProxyOptions["observe"],
): void {
  const upstream = request(
    {
      hostname: target.hostname,
      port: target.port,
      method: incoming.method,
      path: incoming.url,
      headers: {
        ...withoutHop(incoming.headers),
        "x-forwarded-proto": "https",
        ...(observe && { "accept-encoding": "identity" }),
      },
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, withoutHop(answer.headers));
      if (observe) {
        observe(JSON.stringify(answer.headers));
        answer.on("data", (chunk: Buffer) => observe(chunk.toString("latin1")));
      }
      pipeline(answer, outgoing, () => {});
    },
  );
  upstream.on("error", () => outgoing.destroy());
  outgoing.on("close", () => upstream.destroy());
  pipeline(incoming, upstream, () => {});
}

/**
 * Ends TLS in front of an http server, because Microsoft's SDKs send no token over plain http.
 *
 * @param target origin of that server, asked at each request: it may be started later
 */
export async function startTlsProxy(
  target: () => string,
  { certificate: { key, cert }, observe }: TlsProxyOptions,
): Promise<TlsProxy> {
  const servers: Server[] = [];
  const { port } = await listenLocally(() => {
    const server = createServer({ key, cert }, (incoming, outgoing) =>
      forward(new URL(target()), incoming, outgoing, observe),
    );
    servers.push(server);
    return server;
  }, 0);
  return {
    url: `https://localhost:${port}`,
    close: async () => {
      await Promise.all(
        servers.map(
          (server) =>
            new Promise<void>((resolve) => {
              server.close(() => resolve());
              server.closeAllConnections();
            }),
        ),
      );
    },
  };
}
