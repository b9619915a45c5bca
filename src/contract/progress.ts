/** How far a long-running operation is. */
export type Progress<Value> =
  | {
      done: false;
      /** What it is asked for by; callers get an id of our own, valid for its connection alone. */
      operation: string;
      /** Microsoft's own word: `InProgress`, `Accepted`, `Creating`… */
      status: string;
      /** 0–100. */
      percentComplete?: number;
      /** Seconds the service asks to wait before the next poll. */
      retryAfter?: number;
    }
  | { done: true; value: Value };
