/** What the code under test imports of `cloudflare:workers`, for Node. */

export class DurableObject {
  readonly ctx: unknown;
  readonly env: unknown;

  constructor(ctx: unknown, env: unknown) {
    this.ctx = ctx;
    this.env = env;
  }
}

export const tracing = {
  /** Nobody traces. */
  getActiveSpan: () => ({ isTraced: false }),
};

export const env = {};
