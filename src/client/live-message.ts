import type { LiveMessage } from "../contract/connection-events.ts";
import type { Change } from "../contract/watch.ts";
import { isRecord, parseJson } from "../http/json.ts";

/**
 * Reads one frame of a live socket. What a message holds is this service's own promise, so programs
 * that bundle this need no schema for it: that it has a type and a place in a sequence is checked.
 *
 * @param frame what the socket gave: text, or bytes, which are never ours
 * @returns undefined for the answer to a ping, and for nothing of ours
 */
export function readFrame(frame: unknown): LiveMessage | undefined {
  const message = typeof frame === "string" ? parseJson(frame) : undefined;
  return isMessage(message) ? message : undefined;
}

const isMessage = (value: unknown): value is LiveMessage =>
  isRecord(value) && Number.isSafeInteger(value["seq"]) && typeof value["type"] === "string";

/** Changes have a sequence of their own. */
export const isChange = (message: LiveMessage): message is Change =>
  message.type.startsWith("change.");

/**
 * The sequence number to resume after, once a snapshot came. With a resume point the snapshot comes
 * before what leads to it, so only that moves the point on; without one it starts at the snapshot. A
 * snapshot behind the point is one of a connection that began anew.
 *
 * @param after the resume point so far
 * @param last sequence number of the last one that the snapshot includes
 */
export const resumeAfter = (
  after: number | undefined,
  last: number | undefined,
): number | undefined =>
  after === undefined || last === undefined ? (last ?? after) : Math.min(after, last);
