import { whenLauncherEnds } from "./launcher.ts";

/** wrangler wraps what went wrong: the cause names the file and the line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause, message } = error;
  // What the system says of a failure is in our words already.
  const isOurs = !(cause instanceof Error) || "code" in cause;
  return isOurs ? message : `${message}\n${reasonOf(cause)}`;
}

/** A program that npm starts, and that ends with npm or by a signal. */
export class Program {
  readonly #name: string;
  readonly #closing: (() => unknown)[] = [];
  #ending = false;

  /** @param name how the developer started it: `npm start` */
  constructor(name: string) {
    this.#name = name;
    const end = () => void this.end(0);
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, end);
    whenLauncherEnds(end);
  }

  /** Has `close` called when the program ends; the last one first. */
  closes(close: () => unknown): void {
    this.#closing.unshift(close);
  }

  /** Ends once; a second call, and a failure of a part to close, change nothing. */
  async end(code: number): Promise<void> {
    if (this.#ending) return;
    this.#ending = true;
    for (const close of this.#closing) await Promise.allSettled([Promise.resolve().then(close)]);
    process.exit(code);
  }

  /** Runs it; a failure ends it with one line of words, and exit code 1. */
  async run(main: () => Promise<void>): Promise<void> {
    try {
      await main();
    } catch (error) {
      if (!this.#ending) console.error(`\n${this.#name}: ${reasonOf(error)}`);
      await this.end(1);
    }
  }
}
