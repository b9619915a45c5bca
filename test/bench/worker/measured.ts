import { installClock, restoreClock } from "./clock.ts";
import { idleWakeUps } from "./idle.ts";
import { storage } from "./storage.ts";

export { MeasuredActor } from "./measured-actor.ts";

installClock();

const scenarios: Record<string, () => Promise<unknown>> = {
  "/storage": storage,
  "/idle": idleWakeUps,
};

/** The Worker in which connections live through weeks on a simulated clock, under observation. */
export default {
  async fetch(request) {
    const scenario = scenarios[new URL(request.url).pathname];
    if (scenario === undefined) return new Response("no such scenario", { status: 404 });
    try {
      return Response.json(await scenario());
    } catch (error) {
      return new Response(String(error), { status: 500 });
    } finally {
      await restoreClock();
    }
  },
} satisfies ExportedHandler;
