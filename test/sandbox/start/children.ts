import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

interface Process {
  pid: number;
  parent: number;
  command: string;
}

function fromProc(): Process[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // pid (command) state parent …; the command may hold spaces and brackets.
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        const end = stat.lastIndexOf(")");
        const parent = Number(stat.slice(end + 2).split(" ")[1]);
        return [{ pid: Number(name), parent, command: stat.slice(stat.indexOf("(") + 1, end) }];
      } catch {
        return []; // It ended meanwhile.
      }
    });
}

function fromPs(): Process[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,ppid=,comm="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, parent, ...command] = line.trim().split(/\s+/);
    return pid && parent
      ? [{ pid: Number(pid), parent: Number(parent), command: command.join(" ") }]
      : [];
  });
}

function processes(): Process[] {
  try {
    return process.platform === "linux" ? fromProc() : fromPs();
  } catch {
    return []; // No such program, as on Windows.
  }
}

const isRuntime = ({ command }: Process) => /(^|\/)workerd$/.test(command);

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
