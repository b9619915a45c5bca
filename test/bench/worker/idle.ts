import { connected } from "../../integration/support/connections.ts";
import { moveTo } from "./clock.ts";
import { evict, nextAlarm, ring } from "./measured-actor.ts";
import { callGraphAndArm } from "./calls.ts";

const day = 24 * 60 * 60_000;
const period = 90 * day;

export interface WakeUps {
  /** Signed in, and never used. */
  unused: number;
  /** Used once, on both resources, and then left. */
  left: number;
}

/**
 * How often a connection that nobody calls is woken in 90 days. Between two rings the object is
 * evicted, as it would be, so that what its constructor does to the alarm counts too.
 */
export async function idleWakeUps(): Promise<WakeUps> {
  const { id } = await connected();
  const unused = await count(id);
  const left = await connected();
  await callGraphAndArm(left.stub);
  return { unused, left: await count(left.id) };
}

async function count(id: string): Promise<number> {
  const end = Date.now() + period;
  let woken = 0;
  for (;;) {
    const due = await nextAlarm(id);
    if (due === null || due > end) return woken;
    await evict(id);
    await moveTo(due);
    await ring(id);
    woken += 1;
    if (woken > 1_000) throw new Error("the alarm does not come to rest");
  }
}
