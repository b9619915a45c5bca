/** A receiver of events or changes that has not got everything of one connection yet. */
export interface Delivery {
  /** `webhook:{id}` or `pipeline`; of changes, `changes:` and that name. */
  sink: string;
  /** `paused`: it gets nothing for now. */
  state: "waiting" | "paused";
  /** Why it is, or was, paused: it took nothing for three days, or asked for no more. */
  reason?: "failing" | "gone" | undefined;
  /** When it was last tried before it was paused. RFC 3339. */
  tried_at?: string | undefined;
  /** Tries that failed in a row. */
  attempts: number;
  /** The next try; null while it is paused. RFC 3339. */
  due_at: string | null;
}
