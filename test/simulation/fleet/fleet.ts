import { seeded } from "../../support/random.ts";
import { createLightMicrosoft } from "../microsoft/light-microsoft.ts";
import { createLightWorld } from "../microsoft/light-world.ts";
import { Microsoft } from "../model/microsoft.ts";
import { oddAnswers } from "../model/odd-answers.ts";
import { NodeHost } from "../node-host.ts";
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
  const host = new NodeHost();
  const light = createLightWorld();
  const microsoft = new Microsoft(
    await createLightMicrosoft(light, () => host.signingKey()),
    oddAnswers,
  );
  host.receive = (request, isHeard) => microsoft.receive(request, isHeard);
  const lives: Doings[] = [];
  try {
    for (let number = 0; number < connections; number += 1) {
      const random = seeded(`${seed}/${number}`);
      const habit = habitAt((number + 0.5) / connections);
      lives.push(await liveThrough({ host, microsoft }, { number, habit }, random));
    }
  } finally {
    host.close();
  }
  return reportOn(lives, scale);
}

/** @param place in the fleet, in [0, 1) */
function habitAt(place: number): Habit {
  if (place < habits.busy) return "busy";
  return place < habits.busy + habits.daily ? "daily" : "idle";
}
