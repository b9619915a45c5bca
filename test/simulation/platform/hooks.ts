import { registerHooks } from "node:module";

/** Lets Node load code that is written for Workers. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === "cloudflare:workers"
      ? { url: new URL("workers.ts", import.meta.url).href, shortCircuit: true }
      : next(specifier, context),
});
