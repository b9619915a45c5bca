import { itemMissing } from "./drive.ts";
import type { ConflictBehavior, Drive } from "./drive.ts";
import type { ItemDetails, StoredItem } from "./stored-item.ts";

/** Where an upload will lie: a name in a folder, or a file whose content it replaces. */
export type UploadTarget =
  | { kind: "new"; parentId: string; name: string; conflict: ConflictBehavior }
  | { kind: "existing"; item: StoredItem };

export interface UploadSession {
  token: string;
  drive: Drive;
  target: UploadTarget;
  /** What is said of the file besides its content. */
  details: ItemDetails;
  /** The client says when to commit, by an empty POST. */
  deferCommit: boolean;
  /** Milliseconds. */
  expires: number;
  chunks: Uint8Array[];
  received: number;
  total: number | undefined;
}

const LIFETIME_MS = 7 * 24 * 3_600_000;

/** The upload sessions that are open. */
export class UploadSessions {
  readonly #sessions = new Map<string, UploadSession>();

  open(
    token: string,
    drive: Drive,
    target: UploadTarget,
    wishes: Pick<UploadSession, "details" | "deferCommit">,
    now: number,
  ): UploadSession {
    const session: UploadSession = {
      token,
      drive,
      target,
      ...wishes,
      expires: now + LIFETIME_MS,
      chunks: [],
      received: 0,
      total: undefined,
    };
    this.#sessions.set(token, session);
    return session;
  }

  find(token: string, now: number): UploadSession | undefined {
    const session = this.#sessions.get(token);
    return session !== undefined && session.expires > now ? session : undefined;
  }

  close(token: string): void {
    this.#sessions.delete(token);
  }

  clear(): void {
    this.#sessions.clear();
  }
}

/**
 * Puts the finished file into the drive as it is now, whatever was moved since the session began.
 * Throws nameAlreadyExists (409), or itemNotFound (404) where the place is gone.
 */
export function commit(
  session: UploadSession,
  now: string,
): { item: StoredItem; created: boolean } {
  const { drive, target, chunks, details } = session;
  const bytes = new Uint8Array(Buffer.concat(chunks));
  const place = drive.item(target.kind === "existing" ? target.item.id : target.parentId);
  if (place === undefined) throw itemMissing();
  const { item, created } =
    target.kind === "existing"
      ? { item: drive.replaceContent(place, bytes, now), created: false }
      : drive.writeFile(place.id, target.name, bytes, target.conflict, now);
  return { item: drive.describe(item, details), created };
}

/** What a session tells of itself. */
export function statusOf(session: UploadSession) {
  const done = session.total !== undefined && session.received === session.total;
  return {
    expirationDateTime: new Date(session.expires).toISOString(),
    nextExpectedRanges: done ? [] : [`${session.received}-`],
  };
}
