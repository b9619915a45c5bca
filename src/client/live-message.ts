import { defined } from "../contract/defined.ts";
import { parseJson } from "../http/json.ts";
import * as z from "zod";
import { connectionInfoSchema } from "../contract/connection-info.ts";
import { connectionEventSchema, type LiveMessage } from "../contract/connection-events.ts";

const snapshotSchema = z.object({
  type: z.literal("snapshot"),
  seq: z.int(),
  truncated: z.literal(true).optional(),
  data: connectionInfoSchema,
});
const numberedSchema = z.object({ seq: z.int(), type: z.string() });

/** What one frame of a live socket is. */
export type LiveFrame =
  | { kind: "message"; message: LiveMessage }
  /** An event of a kind this version does not know; it still has its place in the sequence. */
  | { kind: "unknown"; seq: number }
  /** The answer to a ping, or nothing of ours. */
  | { kind: "noise" };

/** Reads one frame. @param text what the socket gave: text, or bytes, which are never ours */
export function readFrame(text: unknown): LiveFrame {
  const body = typeof text === "string" ? parseJson(text) : undefined;
  const snapshot = snapshotSchema.safeParse(body);
  if (snapshot.success) {
    const { truncated, ...rest } = snapshot.data;
    return { kind: "message", message: { ...rest, ...defined({ truncated }) } };
  }
  const event = connectionEventSchema.safeParse(body);
  if (event.success) return { kind: "message", message: event.data };
  const numbered = numberedSchema.safeParse(body);
  return numbered.success ? { kind: "unknown", seq: numbered.data.seq } : { kind: "noise" };
}

/**
 * The sequence number to resume after. With a resume point the snapshot comes before the events
 * that lead to it, so only those events move the point on; without one it starts at the snapshot. A
 * snapshot behind the point is one of a connection that began anew.
 */
export function resumeAfter(after: number | undefined, frame: LiveFrame): number | undefined {
  switch (frame.kind) {
    case "noise":
      return after;
    case "unknown":
      return Math.max(after ?? 0, frame.seq);
    case "message": {
      const { type, seq } = frame.message;
      if (type !== "snapshot") return Math.max(after ?? 0, seq);
      return after === undefined ? seq : Math.min(after, seq);
    }
  }
}
