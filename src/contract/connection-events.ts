import type { ConnectionInfo } from "./connection-info.ts";
import type { EventError } from "./event-error.ts";
import type { Remedy } from "./remedy.ts";
import type { Change, GapReason } from "./watch.ts";

/** What happens to a connection, as logs, webhooks, the pipeline and live sockets get it. */

type Nothing = Record<string, never>;

/** Id of a watch, and what it watches. */
interface OfWatch {
  watch: string;
  resource: string;
}

/** What each event holds beside its head. Times are RFC 3339. */
export interface EventData {
  "connection.pending": Nothing;
  "connection.connected": Nothing;
  "connection.degraded": { error: EventError };
  "connection.recovered": Nothing;
  "connection.action_required": { remedy: Remedy };
  "connection.disconnected": Nothing;
  "token.refreshed": {
    resource: string;
    tenant_id: string;
    expires_at: string;
    generation: number;
  };
  "token.refresh_failed": { resource: string; error: EventError; attempts: number };
  "call.throttled": { service: string; applies_to: string; until: string };
  "watch.active": OfWatch;
  "watch.blocked": { watch: string; resource: string; remedy: Remedy };
  "watch.refused": { watch: string; resource: string; error: EventError };
  /** Changes may be missing since then; with `caught_up`, they have been read since, and the gap is over. */
  "watch.gap": {
    watch: string;
    resource: string;
    reason: GapReason;
    since: string;
    caught_up?: true | undefined;
  };
  "watch.ended": OfWatch;
}
export type EventType = keyof EventData;

interface EventOf<Type extends EventType> {
  seq: number;
  id: string;
  time: string;
  connection: string;
  type: Type;
  data: EventData[Type];
}
export type ConnectionEvent = { [Type in EventType]: EventOf<Type> }[EventType];

/** The first message of a live socket; events follow as they are. */
export interface LiveSnapshot {
  type: "snapshot";
  /** Sequence number of the last event the snapshot includes. */
  seq: number;
  /** Present when `after` lies before the oldest event kept: some events are lost to the client. */
  truncated?: true;
  /** Sequence number of the last change, where the socket gets changes. */
  changes_seq?: number;
  /** The same of `changes_after` and the changes. */
  changes_truncated?: true;
  data: ConnectionInfo;
}
/** Changes come to sockets that ask for them. */
export type LiveMessage = LiveSnapshot | ConnectionEvent | Change;

export interface EventPage {
  events: ConnectionEvent[];
  /** The oldest event kept, when `after` lies before it. */
  truncated?: true;
}
