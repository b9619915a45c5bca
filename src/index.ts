import { createApp } from "./app.ts";
import { runWatchdog } from "./watchdog/watchdog.ts";
import type { Environment } from "./platform/env.ts";

export { ConnectionActor } from "./connection/actor.ts";
export { McpGrants } from "./oauth/mcp-grants.ts";
export { AzureService } from "./service.ts";

const app = createApp();

export default {
  fetch: (request, env, ctx) => app.fetch(request, env, ctx),
  scheduled: (_controller, env) => runWatchdog(env, Date.now()),
} satisfies ExportedHandler<Environment>;
