import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runtimeChildren, stillRuntimes } from "./children.ts";

export interface Guard {
  /** Tells which runtimes there are by now: wrangler starts them late, and not all at once. */
  report(): void;
  /** The runtimes were ended in good order. */
  dismiss(): void;
}

/**
 * A killed launcher leaves its Workers runtimes behind, and with them the port and the database
 * files. This process outlives it by a moment: it reads their pids from stdin, and when stdin ends
 * without a goodbye it ends them.
 */
export function guardRuntimes(): Guard {
  const dog = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Neither its fate nor its pipe may end or keep the launcher.
  dog.on("error", () => {});
  dog.stdin.on("error", () => {});
  dog.unref();
  return {
    report: () => void dog.stdin.write(`${JSON.stringify(runtimeChildren(process.pid))}\n`),
    dismiss: () => void dog.stdin.end("[]\n"),
  };
}

async function watch(): Promise<void> {
  let text = "";
  process.stdin.setEncoding("utf8");
  for await (const chunk of process.stdin) text += String(chunk);
  const last: unknown = JSON.parse(text.trim().split("\n").at(-1) ?? "[]");
  const pids = Array.isArray(last) ? last.filter((pid) => typeof pid === "number") : [];
  for (const pid of stillRuntimes(pids)) process.kill(pid, "SIGKILL");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await watch();
