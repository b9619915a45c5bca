/** A person's agreement to one call: what the call writes, and the state that the answer goes back with. */
export interface Approval {
  /** Of the message that is written, and of no other. */
  subject: string;
  state: string;
}

/** What came of sending an approval. */
export type ApprovalEnd =
  /** It was done. */
  | "done"
  /** The person is asked again. */
  | "asked"
  /** It was not done, for another reason. */
  | "failed";

/** All approvals of one agent, and what Microsoft wrote because of them. */
export class ApprovalRecord {
  readonly #sent = new Map<string, { approval: Approval; done: boolean }>();
  readonly #written = new Map<string, number>();
  readonly #faults: string[] = [];

  /** Those that were sent and not taken up by a restart yet. */
  get sent(): Approval[] {
    return [...this.#sent.values()].map(({ approval }) => approval);
  }

  /** Call before the answer is sent: from now on it may have been used. */
  sends(approval: Approval): void {
    const { done = false } = this.#sent.get(approval.subject) ?? {};
    this.#sent.set(approval.subject, { approval, done });
  }

  /** Its call was answered. */
  ended({ subject }: Approval, end: ApprovalEnd): void {
    const known = this.#sent.get(subject);
    if (known === undefined || end !== "done") return;
    if (known.done) this.#faults.push(`the approval of ${subject} was used twice`);
    if (!this.#written.has(subject)) this.#faults.push(`${subject} is said to be written`);
    known.done = true;
  }

  /** It is sent no more. */
  forget({ subject }: Approval): void {
    this.#sent.delete(subject);
  }

  /** Microsoft has written a message of this subject. */
  wrote(subject: string): void {
    this.#written.set(subject, (this.#written.get(subject) ?? 0) + 1);
  }

  /** How many came to something. */
  get used(): number {
    return this.#written.size;
  }

  get faults(): string[] {
    const twice = [...this.#written].filter(([, times]) => times > 1);
    return [
      ...this.#faults,
      ...twice.map(([subject, times]) => `${subject} was written ${times} times`),
    ];
  }
}
