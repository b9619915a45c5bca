import { spawn } from "node:child_process";
import { once } from "node:events";
import { dirname } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { membersOf, type GroupMember } from "./launcher.ts";
import { onEnd } from "./on-end.ts";
import { readyLine } from "./worker-main.ts";
import type { PlannedWorker } from "./worker-plan.ts";

const main = fileURLToPath(new URL("worker-main.ts", import.meta.url));
const root = fileURLToPath(new URL("../..", import.meta.url));
/** Milliseconds a start, and an end, may take. */
const patience = 60_000;

/** The Worker in a process group of its own. */
export interface WorkerProcess {
  members(): GroupMember[];
  /** SIGKILL to every process of it at once; resolves when none is left. */
  kill(): Promise<void>;
}

/**
 * @param observe told every line it writes
 * @throws Error with what it wrote, when it does not come to answer
 */
export async function startWorkerProcess(
  { plan }: PlannedWorker,
  observe: (line: string) => void = () => {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [main, plan], {
    cwd: root,
    // Its own process group: a kill of the launcher alone would leave the runtime behind.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    // Who is killed does not tidy up: what it leaves goes with the folder of its plan.
    env: { ...process.env, TMPDIR: dirname(plan) },
  });
  const group = child.pid ?? 0;
  child.stdin.on("error", () => {});

  let early = "";
  let ready = false;
  const answers = new Promise<"ready">((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      stream.setEncoding("utf8").on("data", (chunk) => {
        const lines = (rest + String(chunk)).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) {
          if (line === readyLine) {
            ready = true;
            resolve("ready");
          }
          if (!ready) early += `${line}\n`;
          observe(line);
        }
      });
    }
  });
  const closed = once(child, "close");
  const killGroup = () => {
    if (membersOf(group).length > 0) process.kill(-group, "SIGKILL");
  };
  const forget = onEnd(killGroup);

  const kill = async () => {
    killGroup();
    const deadline = Date.now() + patience;
    while (membersOf(group).length > 0) {
      if (Date.now() > deadline) throw new Error("the Worker's processes outlive SIGKILL");
      await setTimeout(10);
    }
    await closed;
    forget();
  };
  const late = setTimeout(patience, "does not answer" as const, { ref: false });
  const outcome = await Promise.race([answers, closed.then(() => "ended" as const), late]);
  if (outcome !== "ready") {
    await kill();
    throw new Error(`the Worker ${outcome}:\n${early}`);
  }
  return { members: () => membersOf(group), kill };
}
