import { readFileSync } from "node:fs";

export interface ProcessStatus {
  pid: number;
  command: string;
  parent: number;
}

/** A process as Linux shows it; undefined when it is gone, or where there is no /proc. */
export function processStatus(pid: number): ProcessStatus | undefined {
  try {
    // pid (command) state parent …; the command may hold spaces and brackets.
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const end = stat.lastIndexOf(")");
    const command = stat.slice(stat.indexOf("(") + 1, end);
    return { pid, command, parent: Number(stat.slice(end + 2).split(" ")[1]) };
  } catch {
    return undefined;
  }
}
