import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { configOf, type Config } from "../../../src/config/config.ts";
import { createParts, type Parts } from "../../../src/connection/parts.ts";
import type { Stub } from "./connections.ts";

/**
 * Does work in the object as it would be under another configuration: the same tables, put together
 * anew, as after a deployment.
 */
export function reconfigured<Value>(
  stub: Stub,
  change: Partial<Config>,
  work: (parts: Parts, ctx: DurableObjectState) => Promise<Value>,
): Promise<Value> {
  return runInDurableObject(stub, async (_, ctx) => {
    // The actor that lives beside these parts would do at the same time what both find due.
    await ctx.storage.deleteAlarm();
    const config = configOf(env);
    if (!config.ok) throw new Error(config.error.message);
    const parts = createParts({
      ctx,
      env,
      config: { ...config.value, ...change },
      connectionId: ctx.id.name ?? "",
      taggedSockets: () => [],
    });
    return work(parts, ctx);
  });
}
