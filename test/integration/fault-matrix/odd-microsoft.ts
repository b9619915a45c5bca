import { vi } from "vitest";
import type { OddAnswer } from "../../sandbox/chaos/odd-answer.ts";
import { play } from "../../sandbox/chaos/play.ts";
import { carried } from "../../sandbox/faults.ts";
import { createSandbox, type Sandbox } from "../../sandbox/index.ts";

/** Which requests are answered oddly, and how many of them. */
export interface Oddity {
  answer: OddAnswer;
  matches: (request: Request) => boolean;
  times: number;
}

/** The sandbox inside the isolate, whose next answers can be odd. */
export class OddMicrosoft {
  /** Odd answers that were given since `answerOddly`. */
  given = 0;
  readonly #sandbox: Sandbox;
  #oddity: Oddity | undefined;

  private constructor(sandbox: Sandbox) {
    this.#sandbox = sandbox;
  }

  /** From here on every `fetch` of the isolate ends here. Ends with `vi.unstubAllGlobals()`. */
  static async start(): Promise<OddMicrosoft> {
    const microsoft = new OddMicrosoft(await createSandbox());
    vi.stubGlobal("fetch", (input: RequestInfo, init?: RequestInit) =>
      microsoft.#receive(new Request(input, init)),
    );
    return microsoft;
  }

  answerOddly(oddity: Oddity): void {
    this.given = 0;
    this.#oddity = { ...oddity };
  }

  answerWell(): void {
    this.#oddity = undefined;
  }

  async #receive(request: Request): Promise<Response> {
    const serve = (served: Request) => this.#sandbox.fetch(served);
    const oddity = this.#oddity;
    if (oddity === undefined || oddity.times === 0 || !oddity.matches(request)) {
      return serve(request);
    }
    oddity.times -= 1;
    this.given += 1;
    return carried(await play(oddity.answer, request, serve));
  }
}
