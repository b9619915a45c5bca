export interface LogEntry {
  seq: number;
  /** By the sandbox's clock. */
  time: string;
  method: string;
  url: string;
  /** 0 while there is no answer, and for ever when it was lost. */
  status: number;
  grant_type?: string;
  scope?: string;
  user?: string;
  /** What `chaos` answered; absent: nothing odd. */
  odd?: string;
  /** Milliseconds by the machine's clock, so that a test can prove two requests never overlapped. */
  started_at: number;
  ended_at?: number;
}

const capacity = 20_000;
const instant = () => performance.timeOrigin + performance.now();

/** What reached the sandbox, in order of arrival. */
export class RequestLog {
  #entries: LogEntry[] = [];
  #seq = 0;

  open(request: Request, time: number): LogEntry {
    this.#seq += 1;
    const entry: LogEntry = {
      seq: this.#seq,
      time: new Date(time).toISOString(),
      method: request.method,
      url: request.url,
      status: 0,
      started_at: instant(),
    };
    this.#entries.push(entry);
    if (this.#entries.length > capacity) this.#entries.shift();
    return entry;
  }

  close(entry: LogEntry, status: number): void {
    entry.status = status;
    entry.ended_at = instant();
  }

  after(seq: number): LogEntry[] {
    return this.#entries.filter((entry) => entry.seq > seq);
  }

  /** The numbering goes on, so that nobody who remembers an old `seq` waits for ever. */
  clear(): void {
    this.#entries = [];
  }
}
