import { processStatus } from "./proc.ts";

const shells = new Set(["sh", "dash", "bash", "ash", "busybox"]);

/**
 * The process whose end should be ours: npm, with or without the shell it starts scripts by.
 * Where there is no /proc, shells step aside and npm is the parent.
 */
function launcher(): number {
  const parent = processStatus(process.ppid);
  return parent && shells.has(parent.command) ? parent.parent : process.ppid;
}

/**
 * npm does not pass every signal on, nor can it when it is killed; what it started then goes on
 * and keeps the ports. Calls back when npm is gone; does nothing when npm did not start us.
 */
export function whenLauncherEnds(end: () => void): void {
  if (process.env["npm_lifecycle_event"] === undefined) return;
  const first = launcher();
  setInterval(() => {
    if (launcher() !== first) end();
  }, 500).unref();
}
