import { spawn, type ChildProcessByStdio } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import type { Readable, Writable } from "node:stream";

const program = new URL("../simulation/answer-traces.ts", import.meta.url).pathname;

/** The simulation in a process of its own, whose time and chance are not the caller's. */
export class SimulationProcess {
  #child: ChildProcessByStdio<Writable, Readable, null> | undefined;
  #lines: AsyncIterator<string> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param schedule JSON; @returns what it came to, JSON */
  trace(schedule: string): Promise<string> {
    const answer = this.#last.then(() => this.#ask(schedule));
    this.#last = answer.catch(() => undefined);
    return answer;
  }

  /** Ends the process, until it is asked again. */
  close(): void {
    this.#child?.kill();
    this.#child = undefined;
  }

  async #ask(schedule: string): Promise<string> {
    if (this.#child === undefined) {
      const child = spawn(process.execPath, [program], { stdio: ["pipe", "pipe", "inherit"] });
      // It ends with whoever started it.
      child.unref();
      process.once("exit", () => child.kill());
      const lines: Interface = createInterface({ input: child.stdout });
      this.#child = child;
      this.#lines = lines[Symbol.asyncIterator]();
    }
    this.#child.stdin.write(`${schedule.replaceAll("\n", " ")}\n`);
    const line = await this.#lines?.next();
    if (line === undefined || line.done === true) throw new Error("the simulation ended");
    return line.value;
  }
}
