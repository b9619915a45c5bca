import { createServer, type IncomingMessage } from "node:http";
import { closeAll, listenLocally } from "../sandbox/loopback.ts";

/** An answer that is not sent yet. */
export interface Pending {
  status: number;
  headers: Headers;
  text: string;
}

/** Passes requests on, and answers that are altered on the way. */
export interface AlteringProxy {
  /** `http://localhost:{port}`, also in the place of the target's own address in answers. */
  url: string;
  close(): Promise<void>;
}

/**
 * @param target origin that gets the requests
 * @param alter given a path with its query, and the true answer; gives the one to send, or undefined to
 *   break the connection
 */
export async function startAltering(
  target: string,
  alter: (path: string, answer: Pending) => Pending | undefined,
): Promise<AlteringProxy> {
  let url = "";
  const { port, servers } = await listenLocally(
    () =>
      createServer((incoming, outgoing) => {
        void (async () => {
          const { text, ...answer } = await passedOn(target, incoming);
          const own = text.replaceAll(target, url);
          const altered = alter(incoming.url ?? "", { ...answer, text: own });
          if (altered === undefined) incoming.socket.destroy();
          else {
            const headers = Object.fromEntries(altered.headers);
            outgoing.writeHead(altered.status, headers).end(altered.text);
          }
        })();
      }),
    0,
  );
  url = `http://localhost:${port}`;
  return {
    url,
    close: () => closeAll(servers),
  };
}

async function passedOn(target: string, incoming: IncomingMessage): Promise<Pending> {
  const pieces: Buffer[] = [];
  for await (const piece of incoming) pieces.push(piece);
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (name !== "host" && name !== "connection") headers.set(name, String(value));
  }
  const method = incoming.method ?? "GET";
  const answer = await fetch(`${target}${incoming.url}`, {
    method,
    headers,
    redirect: "manual",
    ...(method !== "GET" && method !== "HEAD" && { body: Buffer.concat(pieces) }),
  });
  const sent = new Headers(answer.headers);
  // Of the bytes that came, which are not those that go out.
  for (const name of ["content-length", "content-encoding", "connection"]) sent.delete(name);
  return { status: answer.status, headers: sent, text: await answer.text() };
}
