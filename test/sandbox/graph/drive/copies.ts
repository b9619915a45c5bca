import type { GraphContext } from "../environment.ts";
import { json } from "../answer.ts";
import { itemMissing } from "./drive.ts";

type Outcome = { resourceId: string } | { errorCode: string };

/** Copies that were asked for, by the token of the URL that tells of each. */
export class Copies {
  readonly #copies = new Map<string, { outcome: Outcome; asked: number }>();
  readonly #guid: () => string;

  constructor(guid: () => string) {
    this.#guid = guid;
  }

  /** Returns the token. */
  add(outcome: Outcome): string {
    const token = this.#guid();
    this.#copies.set(token, { outcome, asked: 0 });
    return token;
  }

  clear(): void {
    this.#copies.clear();
  }

  /**
   * GET of such a URL: 202 the first time, as for a copy that is under way, then 200 with how it ended.
   * Throws itemNotFound (404).
   */
  answer(c: GraphContext): Response {
    const copy = this.#copies.get(c.req.param("token") ?? "");
    if (copy === undefined) throw itemMissing();
    copy.asked += 1;
    const operation = "ItemCopy";
    if (copy.asked === 1)
      return json(c, { operation, percentageComplete: 50, status: "inProgress" }, 202);
    const { outcome } = copy;
    return "resourceId" in outcome
      ? json(c, { operation, percentageComplete: 100, status: "completed", ...outcome })
      : json(c, { operation, percentageComplete: 100, status: "failed", ...outcome });
  }
}
