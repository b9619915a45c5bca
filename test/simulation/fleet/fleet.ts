import { seeded } from "../../support/random.ts";
import { createNodeWorld } from "../node-world.ts";
import { liveThrough, type Doings } from "./fleet-connection.ts";
import { reportOn, type FleetReport } from "./fleet-report.ts";
import { habits, type Habit } from "./habits.ts";

export interface FleetOptions {
  /** Connections that are simulated. */
  connections: number;
  /** Connections that the figures are told for. */
  scale: number;
  seed: string;
}

/** A fleet on paper: some connections are simulated, and what they cost is told for many. */
export async function fleet({ connections, scale, seed }: FleetOptions): Promise<FleetReport> {
  const world = await createNodeWorld();
  const lives: Doings[] = [];
  try {
    for (let number = 0; number < connections; number += 1) {
      const random = seeded(`${seed}/${number}`);
      const habit = habitAt((number + 0.5) / connections);
      lives.push(await liveThrough(world, { number, habit }, random));
    }
  } finally {
    world.host.close();
  }
  return reportOn(lives, scale);
}

/** @param place in the fleet, in [0, 1) */
function habitAt(place: number): Habit {
  if (place < habits.busy) return "busy";
  return place < habits.busy + habits.daily ? "daily" : "idle";
}
