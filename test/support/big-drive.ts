import { createHash, randomBytes, type Hash } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { listenLocally } from "../sandbox/loopback.ts";

const block = randomBytes(64 * 1024);

/** The same bytes for every file: this many of them. */
export function* bytesOf(size: number): Generator<Uint8Array> {
  for (let left = size; left > 0; left -= block.length) {
    yield left < block.length ? block.subarray(0, left) : block;
  }
}

export function digestOf(size: number): string {
  const hash = createHash("sha256");
  for (const bytes of bytesOf(size)) hash.update(bytes);
  return hash.digest("hex");
}

/** What came with a PUT. */
export interface Received {
  size: number;
  digest: string;
  contentLength: string | undefined;
  transferEncoding: string | undefined;
}

/**
 * A drive whose file `{size}.bin` is that long, and that keeps nothing of what is sent to it: files
 * too large to be held by the process that tests.
 */
export interface BigDrive {
  /** As AZURE_GRAPH_ENDPOINT. */
  endpoint: string;
  /** Awaited after the first block of every download has been sent. */
  afterFirstBlock: Promise<unknown>;
  /** Called when the first bytes of an upload have arrived. */
  onFirstBytes: () => void;
  /** Requests to the storage that carried a token, which it must not see. */
  tokensAtStorage: number;
  close(): Promise<void>;
}

async function send(drive: BigDrive, size: number, outgoing: ServerResponse): Promise<void> {
  outgoing.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": String(size),
  });
  let first = true;
  for (const bytes of bytesOf(size)) {
    if (!outgoing.write(bytes)) await once(outgoing, "drain");
    if (first) await drive.afterFirstBlock;
    first = false;
  }
  outgoing.end();
}

async function take(drive: BigDrive, incoming: IncomingMessage): Promise<Received> {
  const hash: Hash = createHash("sha256");
  let size = 0;
  for await (const chunk of incoming) {
    if (size === 0) drive.onFirstBytes();
    const bytes = Buffer.from(chunk as Buffer);
    size += bytes.length;
    hash.update(bytes);
  }
  return {
    size,
    digest: hash.digest("hex"),
    contentLength: incoming.headers["content-length"],
    transferEncoding: incoming.headers["transfer-encoding"],
  };
}

async function answer(drive: BigDrive, incoming: IncomingMessage, outgoing: ServerResponse) {
  const path = incoming.url ?? "";
  const size = Number(/(\d+)\.bin/.exec(path)?.[1]);
  if (incoming.method === "PUT") {
    const received = JSON.stringify(await take(drive, incoming));
    outgoing.writeHead(201, { "content-type": "application/json" }).end(received);
  } else if (path.startsWith("/graph/_storage/")) {
    if (incoming.headers.authorization !== undefined) drive.tokensAtStorage += 1;
    await send(drive, size, outgoing);
  } else {
    outgoing.writeHead(302, { location: `${drive.endpoint}/_storage/${size}.bin` }).end();
  }
}

export async function startBigDrive(): Promise<BigDrive> {
  const servers: Server[] = [];
  const drive: BigDrive = {
    endpoint: "",
    afterFirstBlock: Promise.resolve(),
    onFirstBytes: () => {},
    tokensAtStorage: 0,
    close: async () => {
      await Promise.all(
        servers.map(async (server) => {
          server.closeAllConnections();
          await new Promise((resolve) => server.close(resolve));
        }),
      );
    },
  };
  const { port } = await listenLocally(() => {
    const server = createServer((incoming, outgoing) => {
      answer(drive, incoming, outgoing).catch(() => outgoing.destroy());
    });
    servers.push(server);
    return server;
  }, 0);
  drive.endpoint = `http://localhost:${port}/graph`;
  return drive;
}
