import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runtimeChildren, stillRuntimes } from "./children.ts";

/**
 * A killed launcher leaves its Workers runtimes behind, and with them the port and the database
 * files. This process outlives it by a moment: it reads their pids from stdin, and when stdin ends
 * without a goodbye it ends them.
 */
export function guardRuntimes(): { dismiss(): void } {
  const dog = spawn(process.execPath, [fileURLToPath(import.meta.url)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  // Neither its fate nor its pipe may end or keep the launcher.
  dog.on("error", () => {});
  dog.stdin.on("error", () => {});
  dog.unref();
  dog.stdin.write(`${JSON.stringify(runtimeChildren(process.pid))}\n`);
  return { dismiss: () => void dog.stdin.end("[]\n") };
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
