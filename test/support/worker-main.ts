import { readFileSync } from "node:fs";
import { convertV4MiniflareOptions, Miniflare, type V4WorkerOptions } from "miniflare";
import type { WorkerPlan } from "./worker-plan.ts";

/** The line that says that the Worker answers. */
export const readyLine = "worker-main: ready";

interface RunnablePlan extends WorkerPlan {
  worker: WorkerPlan["worker"] & V4WorkerOptions;
}

async function start({ persist, port, inspectorPort, worker }: RunnablePlan): Promise<void> {
  const runtime = new Miniflare({
    ...convertV4MiniflareOptions({
      host: "localhost",
      port,
      // Nothing here needs to know where on earth it runs, so nobody is asked.
      cf: false,
      logRequests: false,
      ...(inspectorPort !== undefined && { inspectorPort }),
      handleStructuredLogs: ({ level, message }) => console.log(`${level}: ${message}`),
      workers: [worker],
    }),
    resourcePersistencePath: persist,
  });
  await runtime.ready;
  console.log(readyLine);
}

/**
 * `node worker-main.ts {plan}`: a Worker in a process of its own, so that it can be killed like one.
 * When its input ends, whoever started it is gone, and its whole group ends with it.
 */
if (process.argv[1] === import.meta.filename) {
  process.stdin.on("end", () => process.kill(-process.pid, "SIGKILL")).resume();
  const plan = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as RunnablePlan;
  await start(plan).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
}
