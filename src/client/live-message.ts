import type { ConnectionEvent, LiveSnapshot } from "../contract/connection-events.ts";
import { isEventType } from "../contract/event-type.ts";
import { isRecord, parseJson } from "../http/json.ts";

/** What one frame of a live socket is. */
export type LiveFrame =
  | { kind: "message"; message: LiveSnapshot | ConnectionEvent }
  /** An event of a kind this version does not know; it still has its place in the sequence. */
  | { kind: "unknown"; seq: number }
  /** The answer to a ping, or nothing of ours. */
  | { kind: "noise" };

/**
 * Reads one frame. What a message holds is this service's own promise, so programs that bundle this
 * need no schema for it: its kind and its place in the sequence are checked.
 *
 * @param text what the socket gave: text, or bytes, which are never ours
 */
export function readFrame(text: unknown): LiveFrame {
  const body = typeof text === "string" ? parseJson(text) : undefined;
  if (!isNumbered(body)) return { kind: "noise" };
  return isMessage(body) ? { kind: "message", message: body } : { kind: "unknown", seq: body.seq };
}

interface Numbered {
  seq: number;
  type: string;
  data?: unknown;
}

const isNumbered = (body: unknown): body is Numbered =>
  isRecord(body) && Number.isSafeInteger(body["seq"]) && typeof body["type"] === "string";

const isMessage = (body: Numbered): body is Numbered & (LiveSnapshot | ConnectionEvent) =>
  (body.type === "snapshot" || isEventType(body.type)) && isRecord(body.data);

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
