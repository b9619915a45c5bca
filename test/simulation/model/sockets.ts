import type { LiveMessage } from "../../../src/contract/connection-events.ts";
import { liveRequest } from "../../../src/connection/live/live-request.ts";
import type { Surroundings } from "./callers.ts";
import type { Capability, ConnectionSeen } from "./capability.ts";

export const socketStarts = ["now", "first", "last", "beyond"] as const;

export type SocketsCommand =
  /** A client begins to watch: from now on, or after an event that it says it has seen. */
  | {
      do: "socket";
      after: (typeof socketStarts)[number];
      expires: boolean;
      ticket: "none" | "new" | "used";
    }
  | { do: "closeSocket"; which: number }
  /** An upgrade that the front Worker never builds. */
  | { do: "oddSocket" }
  /** More clients at the same time than a connection takes. */
  | { do: "crowd" };

/** One client's socket, and what it was told. */
interface Client {
  socket: WebSocket;
  isOpen: boolean;
  /** Number of the event before the next one it has to be told; undefined before its snapshot. */
  seq: number | undefined;
  after: number | undefined;
  /** Milliseconds. */
  expiresAt: number | null;
  told: { seq: number; id: string }[];
}

interface Ticket {
  jti: string;
  expiresAt: number;
}

const most = 100;
const credentialLife = 60_000;
const ticketLife = 600_000;

/** Many clients that watch the connection at the same time. */
export class Sockets implements Capability {
  readonly #around: Surroundings;
  #clients: Client[] = [];
  #used: Ticket | undefined;
  #tickets = 0;

  constructor(around: Surroundings) {
    this.#around = around;
  }

  async take(command: SocketsCommand): Promise<void> {
    switch (command.do) {
      case "socket":
        return this.#watch(command);
      case "closeSocket": {
        const open = this.#clients.filter(({ isOpen }) => isOpen);
        const client = open[command.which % Math.max(open.length, 1)];
        if (client === undefined) return;
        client.isOpen = false;
        client.socket.close(1000);
        return;
      }
      case "oddSocket":
        return this.#refused();
      case "crowd":
        await Promise.all(
          Array.from({ length: most + 1 }, () => this.#open({ expiresAt: null }, undefined)),
        );
        if (this.#clients.filter(({ isOpen }) => isOpen).length > most) {
          this.#around.faults.push(`more than ${most} sockets are open`);
        }
    }
  }

  /** Ends what the schedule leaves open. */
  close(): void {
    for (const { socket } of this.#clients) socket.close(1000);
    this.#clients = [];
  }

  check({ tables }: ConnectionSeen): string[] {
    const ids = new Map(tables.events.map(({ seq, id }) => [seq, id]));
    const [oldest] = ids.keys();
    return this.#clients.flatMap(({ told }) =>
      told.flatMap(({ seq, id }) =>
        ids.get(seq) === id || (oldest !== undefined && seq < oldest)
          ? []
          : [`a socket was told event ${seq}, which is not written`],
      ),
    );
  }

  healed(): string[] {
    return [];
  }

  mend(): void {}

  forget(): void {
    this.#clients = [];
    this.#used = undefined;
  }

  async #watch(command: Extract<SocketsCommand, { do: "socket" }>): Promise<void> {
    const { now, skew, tables } = this.#around;
    const last = tables?.events.at(-1)?.seq ?? 0;
    const after = { now: undefined, first: 0, last, beyond: last + 1_000 }[command.after];
    const expiresAt = command.expires ? now + credentialLife : null;
    const used = this.#used;
    // A ticket that has expired is refused before, and is kept no longer.
    const again = command.ticket === "used" && used !== undefined && used.expiresAt > now + skew;
    const jti = `t${(this.#tickets += 1)}`;
    const fresh = command.ticket === "new" ? { jti, expiresAt: now + ticketLife } : undefined;
    const ticket = again ? used : fresh;
    const status = await this.#open({ expiresAt, after }, ticket);
    if (status !== 101 || ticket === undefined) return;
    if (again) this.#around.faults.push(`ticket ${ticket.jti} was used twice`);
    this.#used = ticket;
  }

  /** @returns the status of the answer, or undefined where the object died meanwhile */
  async #open(
    { expiresAt, after }: { expiresAt: number | null; after?: number | undefined },
    ticket: Ticket | undefined,
  ): Promise<number | undefined> {
    const upgraded = await this.#around.stub
      .fetch(liveRequest({ expiresAt, after, ticket }))
      .catch(() => undefined);
    const socket = upgraded?.webSocket;
    if (!socket) return upgraded?.status;
    const client: Client = { socket, isOpen: true, seq: undefined, after, expiresAt, told: [] };
    this.#clients.push(client);
    socket.addEventListener("message", ({ data }) => this.#told(client, JSON.parse(String(data))));
    socket.addEventListener("close", () => {
      client.isOpen = false;
    });
    socket.accept();
    return 101;
  }

  #told(client: Client, message: LiveMessage): void {
    const { faults, now } = this.#around;
    if (!client.isOpen) return;
    if (client.expiresAt !== null && client.expiresAt <= now) {
      faults.push("a socket was told something after its credential had expired");
    }
    if (message.type === "snapshot") {
      if (client.seq !== undefined) faults.push("a socket was greeted twice");
      const missed = client.after === undefined ? message.seq : Math.min(client.after, message.seq);
      client.seq = message.truncated === true ? undefined : missed;
      return;
    }
    const { seq, id } = message;
    if (client.seq !== undefined && seq !== client.seq + 1) {
      faults.push(`a socket was told event ${seq} after ${client.seq}`);
    }
    client.seq = seq;
    client.told.push({ seq, id });
  }

  #refused(): void {
    this.#around.start({ kind: "stray" }, async () => {
      const response = await this.#around.stub.fetch("https://graph.microsoft.com/v1.0/me", {
        headers: { upgrade: "websocket" },
      });
      if (response.status < 400) this.#around.faults.push("an upgrade of a caller's was answered");
      return response.status;
    });
  }
}
