import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { processStatus } from "./proc.ts";
import type { ProcessStatus } from "./proc.ts";

function fromProc(): ProcessStatus[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name) => processStatus(Number(name)))
    .filter((status) => status !== undefined);
}

function fromPs(): ProcessStatus[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, parent, ...command] = line.trim().split(/\s+/);
    return pid && parent
      ? [{ pid: Number(pid), parent: Number(parent), command: command.join(" ") }]
      : [];
  });
}

function processes(): ProcessStatus[] {
  try {
    return process.platform === "linux" ? fromProc() : fromPs();
  } catch {
    return []; // No such program, as on Windows.
  }
}

const isRuntime = ({ command }: ProcessStatus) => /(^|\/)workerd$/.test(command);

/** The Workers runtimes this process has started. */
export function runtimeChildren(parent: number): number[] {
  return processes()
    .filter((candidate) => candidate.parent === parent && isRuntime(candidate))
    .map(({ pid }) => pid);
}

/** Those of the processes that still are what they were: a pid may have passed on. */
export function stillRuntimes(pids: readonly number[]): number[] {
  return processes()
    .filter((candidate) => pids.includes(candidate.pid) && isRuntime(candidate))
    .map(({ pid }) => pid);
}
