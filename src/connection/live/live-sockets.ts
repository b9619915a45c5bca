import type { Connection } from "partyserver";
import * as z from "zod";
import type { RemedyLinks } from "../remedy-links.ts";
import type { EventLog } from "../tables/events.ts";
import type { ConnectionInfo } from "../../contract/connection-info.ts";
import type { ConnectionEvent, LiveSnapshot } from "../../contract/connection-events.ts";
import { failure, type Failure } from "../../contract/errors.ts";
import type { Change, ChangePage } from "../../contract/watch.ts";
import { liveClose } from "../../contract/live-socket.ts";
import type { LiveRequest } from "./live-request.ts";

/** Survives hibernation with its socket. */
const socketStateSchema = z.object({ expiresAt: z.number().nullable() });

/** A replay is never longer than the log. */
const replayLimit = 200;

/** Open at once on one connection: every event goes to each of them. */
const mostSockets = 100;

/** The refusal of a further one. */
export const tooManySockets = (): Failure =>
  failure("throttled", `A connection has at most ${mostSockets} live sockets: close one first.`, {
    details: { reason: "too_many_sockets" },
  });

/** Marks the sockets whose credential ends. */
export const expiringTag = "expiring";
/** Marks the sockets that want changes. */
export const changesTag = "changes";

export interface LiveSocketsOptions {
  /** All sockets as the platform has them: wrapping each to send to it would cost more than sending. */
  sockets: () => readonly WebSocket[];
  /** Those with a tag. */
  tagged: (tag: string) => Iterable<Connection>;
  /** Changes after a sequence number. */
  changes: (after: number, limit: number) => Promise<ChangePage>;
  /** Sequence number of the first change that is kept, or of the next. */
  oldestChange: () => number;
  /** Of the last change there was. */
  lastChange: () => number;
  /** The connection as a new socket first sees it. */
  info: () => ConnectionInfo;
  events: Pick<EventLog, "after" | "lastSeq">;
  links: Pick<RemedyLinks, "page" | "event">;
  now: () => number;
}

/** The sockets that watch a connection. They get messages, and send none. */
export class LiveSockets {
  readonly #options: LiveSocketsOptions;
  /** Sockets that are given what they missed of changes: new ones come to them with it. */
  readonly #replaying = new Set<string>();

  constructor(options: LiveSocketsOptions) {
    this.#options = options;
  }

  /** Greets a socket with the snapshot and, when it says what it has seen, with what it missed. */
  greet(socket: Connection, { after, changes, expiresAt }: LiveRequest): void {
    const { info, events, links, oldestChange, lastChange } = this.#options;
    socket.setState({ expiresAt });
    const changesAfter = changes?.after;
    const seq = events.lastSeq();
    const missed = after === undefined ? undefined : links.page(events.after(after, replayLimit));
    const snapshot: LiveSnapshot = {
      type: "snapshot",
      seq,
      ...(missed?.truncated === true && { truncated: true }),
      ...(changes !== undefined && { changes_seq: lastChange() }),
      ...(changesAfter !== undefined &&
        changesAfter < oldestChange() - 1 && { changes_truncated: true }),
      data: info(),
    };
    socket.send(JSON.stringify(snapshot));
    for (const event of missed?.events ?? []) socket.send(JSON.stringify(event));
    if (changesAfter !== undefined) this.#replay(socket, changesAfter);
  }

  /** Sends the changes that a socket has missed, and those that come meanwhile, in order. */
  #replay(socket: Connection, after: number): void {
    this.#replaying.add(socket.id);
    this.#sendChanges(socket, after)
      .catch(() => socket.close(1011))
      .finally(() => this.#replaying.delete(socket.id));
  }

  async #sendChanges(socket: Connection, after: number): Promise<void> {
    let seq = after;
    for (;;) {
      const { changes } = await this.#options.changes(seq, replayLimit);
      const last = changes.at(-1);
      // Nothing is awaited from here to the end: what comes next is published.
      if (last === undefined) return void this.#replaying.delete(socket.id);
      for (const change of changes) socket.send(JSON.stringify(change));
      seq = last.seq;
    }
  }

  /**
   * Sends changes to the sockets that want them.
   *
   * @returns whether there is one
   */
  publishChanges(changes: readonly Change[]): boolean {
    this.#closeExpired();
    const sockets = [...this.#options.tagged(changesTag)].filter(
      ({ id, readyState }) => readyState === WebSocket.READY_STATE_OPEN && !this.#replaying.has(id),
    );
    for (const change of sockets.length === 0 ? [] : changes) {
      const message = JSON.stringify(change);
      for (const socket of sockets) send(socket, message);
    }
    return sockets.length > 0;
  }

  publish(events: readonly ConnectionEvent[]): void {
    if (events.length === 0) return;
    this.#closeExpired();
    const sockets = this.#options
      .sockets()
      .filter(({ readyState }) => readyState === WebSocket.READY_STATE_OPEN);
    // Event by event: every socket gets the first before any gets the second.
    for (const event of events) {
      const message = JSON.stringify(this.#options.links.event(event));
      for (const socket of sockets) send(socket, message);
    }
  }

  /** How many there are. */
  open(): number {
    return this.#options
      .sockets()
      .filter(({ readyState }) => readyState === WebSocket.READY_STATE_OPEN).length;
  }

  /**
   * Whether another may be opened; one whose credential has expired is closed for it.
   *
   * @param opening how many are about to be open
   */
  hasRoom(opening: number): boolean {
    if (this.open() + opening < mostSockets) return true;
    this.#closeExpired();
    return this.open() + opening < mostSockets;
  }

  closeAll(): void {
    for (const socket of this.#options.sockets()) socket.close(liveClose.gone, "gone");
  }

  #closeExpired(): void {
    const now = this.#options.now();
    for (const socket of this.#options.tagged(expiringTag)) {
      const state = socketStateSchema.safeParse(socket.state);
      const expiresAt = state.success ? state.data.expiresAt : 0;
      if (expiresAt !== null && expiresAt <= now) {
        socket.close(liveClose.credentialExpired, "credential expired");
      }
    }
  }
}

function send(socket: WebSocket, message: string): void {
  try {
    socket.send(message);
  } catch {
    // The peer went away between the listing and the sending; its close is under way.
  }
}
