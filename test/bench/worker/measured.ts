import { installClock, restoreClock } from "./clock.ts";
import { entraLine, installEntraLine } from "./entra-line.ts";
import { outage } from "./outage.ts";
import { quarter } from "./quarter.ts";
import { storage } from "./storage.ts";

export { MeasuredActor } from "./measured-actor.ts";

installClock();
installEntraLine();

const scenarios: Record<string, () => Promise<unknown>> = {
  "/storage": storage,
  "/outage": outage,
  "/quarter/idle": () => quarter("idle"),
  "/quarter/watching": () => quarter("watching"),
  "/quarter/left": () => quarter("left"),
  "/quarter/workdays": () => quarter("workdays"),
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
      entraLine.cut = false;
      await restoreClock();
    }
  },
} satisfies ExportedHandler;
