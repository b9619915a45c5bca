import type { LiveMessage } from "../../../src/contract/connection-events.ts";
import { liveRequest, type LiveRequest } from "../../../src/connection/live/live-request.ts";
import type { Stub } from "./connections.ts";

/** Opens a socket on a connection and gives what it has been told, growing. */
export async function watch(
  stub: Stub,
  request: Partial<LiveRequest> = {},
): Promise<LiveMessage[]> {
  const { webSocket } = await stub.fetch(liveRequest({ expiresAt: null, ...request }));
  if (webSocket === null) throw new Error("no upgrade");
  const messages: LiveMessage[] = [];
  webSocket.addEventListener("message", ({ data }) => messages.push(JSON.parse(String(data))));
  webSocket.accept();
  return messages;
}
