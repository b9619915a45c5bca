import { once } from "node:events";
import { WebSocket } from "ws";
import * as z from "zod";

const usageSchema = z.object({
  id: z.int(),
  result: z.object({
    usedSize: z.number(),
    embedderHeapUsedSize: z.number(),
    backingStorageSize: z.number(),
  }),
});

/** The heap of the Worker's isolate, by the DevTools protocol. */
export interface Heap {
  /** Bytes, garbage included. */
  used(): Promise<number>;
  close(): void;
}

/** @param port where the inspector listens */
export async function openHeap(port: number): Promise<Heap> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/core:user:azure`);
  await once(socket, "open");
  let asked = 0;
  return {
    used: () =>
      new Promise((resolve) => {
        asked += 1;
        const id = asked;
        const answered = (data: Buffer) => {
          const usage = usageSchema.safeParse(JSON.parse(data.toString())).data;
          if (usage?.id !== id) return;
          socket.off("message", answered);
          const { usedSize, embedderHeapUsedSize, backingStorageSize } = usage.result;
          resolve(usedSize + embedderHeapUsedSize + backingStorageSize);
        };
        socket.on("message", answered);
        socket.send(JSON.stringify({ id, method: "Runtime.getHeapUsage" }));
      }),
    close: () => socket.terminate(),
  };
}
