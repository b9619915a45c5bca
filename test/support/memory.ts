import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** Resident memory of a process in bytes, as Linux tells it without another process being run. */
const fromProc = (pid: number): number =>
  1024 * Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);

const fromPs = (pid: number): number =>
  1024 * Number(execFileSync("ps", ["-o", "rss=", "-p", String(pid)], { encoding: "utf8" }));

/** Resident memory of processes, in bytes. */
export const residentBytes = (pids: readonly number[]): number =>
  pids.map(process.platform === "linux" ? fromProc : fromPs).reduce((sum, bytes) => sum + bytes, 0);

/** Milliseconds. */
const samplePause = 50;

/** The most memory that processes held while `work` was under way, in bytes. */
export async function peakMemory(
  pids: readonly number[],
  work: () => Promise<unknown>,
): Promise<number> {
  let peak = residentBytes(pids);
  const sampler = setInterval(() => {
    peak = Math.max(peak, residentBytes(pids));
  }, samplePause);
  try {
    await work();
  } finally {
    clearInterval(sampler);
  }
  return Math.max(peak, residentBytes(pids));
}
