import { createServer as createHttpServer } from "node:http";
import type { Server, ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { getRequestListener } from "@hono/node-server";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { localCertificate, type Certificate } from "./certificate.ts";
import { compressed } from "./compression.ts";
import { faultHeader, firstHalf } from "./faults.ts";
import { createSandbox } from "./index.ts";
import type { Sandbox } from "./index.ts";
import { listenLocally } from "./loopback.ts";
import type { Fetch } from "./public-types.ts";
import type { SettingsPatch } from "./settings.ts";

export interface SandboxServerOptions {
  /** 0 takes any free port. */
  port: number;
  httpsPort: number;
  /** Where state and certificate are kept; absent, in memory only. */
  directory?: string | undefined;
  /** For https; default: one made for this server, or kept in the directory. */
  certificate?: Certificate | undefined;
  /** In place of the default settings, at the start and after each reset. */
  settings?: SettingsPatch | undefined;
  /** Stands between the network and the sandbox: may look on, delay, or ask for a fault. */
  intercept?: Intercept | undefined;
  /** Takes Graph's notifications to those who subscribed. Default: by the network. */
  outbound?: Fetch | undefined;
}

export type Intercept = (request: Request, serve: Sandbox["fetch"]) => Promise<Response>;

export interface SandboxServer {
  /** `http://localhost:{port}`: Entra at its root, the other services under their prefixes. */
  url: string;
  httpsUrl: string;
  /** The authority behind the https certificate, in PEM. */
  ca: string;
  /** What is served, without a network between. */
  sandbox: Sandbox;
  close(): Promise<void>;
}

/** Sends the head and half of the body, then hangs up. */
async function cut(outgoing: ServerResponse, response: Response): Promise<void> {
  for (const [name, value] of response.headers) {
    if (name !== faultHeader) outgoing.appendHeader(name, value);
  }
  outgoing.writeHead(response.status);
  outgoing.flushHeaders();
  outgoing.write(await firstHalf(response), () => outgoing.socket?.destroy());
}

/** A Node server can do what a `Response` cannot say: break the connection. */
function listener(answer: Sandbox["fetch"]) {
  return getRequestListener(
    async (request, env) => {
      const { outgoing } = env as HttpBindings;
      const response = await answer(request);
      switch (response.headers.get(faultHeader)) {
        case "reset":
          outgoing.socket?.destroy();
          return RESPONSE_ALREADY_SENT;
        case "cut":
          await cut(outgoing, response);
          return RESPONSE_ALREADY_SENT;
        default:
          return compressed(request, response);
      }
    },
    { overrideGlobalObjects: false },
  );
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Milliseconds. On a busy machine a client would send on a connection that has just been closed. */
const keepAliveTimeout = 60_000;

/**
 * Serves the sandbox by http and, with a throw-away certificate, by https.
 * @throws the system's error (EADDRINUSE) when a port cannot be had
 */
export async function startSandboxServer(options: SandboxServerOptions): Promise<SandboxServer> {
  const { directory, intercept, settings, outbound } = options;
  const sandbox = await createSandbox({ directory, settings, outbound });
  const { ca, key, cert } = options.certificate ?? (await localCertificate(directory));
  const serve = (request: Request) => sandbox.fetch(request);
  const answer = listener(intercept ? (request) => intercept(request, serve) : serve);
  const servers: Server[] = [];
  const keep = <S extends Server>(server: S): S => {
    servers.push(server);
    return server;
  };
  const http = await listenLocally(
    () => keep(createHttpServer({ keepAliveTimeout }, answer)),
    options.port,
  );
  const https = await listenLocally(
    () => keep(createHttpsServer({ key, cert, keepAliveTimeout }, answer)),
    options.httpsPort,
  );
  return {
    url: `http://localhost:${http.port}`,
    httpsUrl: `https://localhost:${https.port}`,
    ca,
    sandbox,
    close: async () => {
      await Promise.all(servers.map(close));
    },
  };
}
