import { WebSocket } from "ws";
import * as z from "zod";
import { connectionEventSchema } from "../../src/contract/connection-event-schema.ts";
import { changeSchema } from "../../src/contract/watch-schema.ts";
import type { Change } from "../../src/contract/watch.ts";
import type { ConnectionEvent } from "../../src/contract/connection-events.ts";
import type { ConnectionCaller } from "./connection-caller.ts";

const snapshotSchema = z.object({ type: z.literal("snapshot"), seq: z.int() });

export interface LiveFollower {
  /** Or about to be. */
  readonly open: boolean;
  close(): void;
}

/** Follows a connection by its live socket from `after` on, until it is closed. */
export function followLive(
  caller: ConnectionCaller,
  after: number,
  told: {
    snapshot: (seq: number) => void;
    event: (event: ConnectionEvent) => void;
    change?: (change: Change) => void;
  },
): LiveFollower {
  const { url, headers } = caller.live(after);
  const socket = new WebSocket(url, "azure.v1", { headers });
  socket.on("message", (data: Buffer) => {
    const message: unknown = JSON.parse(data.toString());
    const snapshot = snapshotSchema.safeParse(message);
    const change = changeSchema.safeParse(message);
    if (snapshot.success) told.snapshot(snapshot.data.seq);
    else if (change.success) told.change?.(change.data);
    else told.event(connectionEventSchema.parse(message));
  });
  // Refused, or killed with the Worker: it is told nothing more.
  socket.on("error", () => {});
  return {
    get open() {
      return socket.readyState === WebSocket.CONNECTING || socket.readyState === WebSocket.OPEN;
    },
    // Said, not broken off: this workerd keeps a third of a megabyte of each socket that just ends,
    // also where the Worker is ten lines long.
    close: () => socket.close(1000),
  };
}
