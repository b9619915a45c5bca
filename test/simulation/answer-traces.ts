import { createInterface } from "node:readline";
import "./platform/hooks.ts";
import type { Schedule } from "./model/commands.ts";

/** Answers each line, a schedule, with a line: what it came to in Node, step by step. */
const { createSimulation } = await import("./simulation.ts");
// The simulation takes the console's place.
const write = process.stdout.write.bind(process.stdout);
const simulation = await createSimulation();
for await (const line of createInterface({ input: process.stdin })) {
  const schedule: Schedule = JSON.parse(line);
  const trace: string[] = [];
  try {
    await simulation.run(schedule, { isTimed: false, observe: (seen) => trace.push(seen) });
  } catch (error) {
    trace.push(String(error));
  }
  write(`${JSON.stringify(trace)}\n`);
}
