import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { unstable_DevEnv } from "wrangler";
import * as z from "zod";
import { runtimeChildren, stillRuntimes } from "./children.ts";

export interface WorkerOptions {
  root: string;
  /** Folder of the local databases and objects. */
  persist: string;
  port: number;
  variables: Readonly<Record<string, string>>;
}

export interface LocalWorker {
  url: string;
  /** Resolves with the reason when it cannot be built, or fails as it starts; else never. */
  failed: Promise<string>;
  close(): Promise<void>;
}

const failure = z.union([
  z.object({ cause: z.object({ message: z.string() }) }).transform(({ cause }) => cause.message),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

const reasonIn = (event: unknown): string => failure.safeParse(event).data ?? String(event);

/** Milliseconds that a runtime may take to end. */
const closing = 10_000;

/** wrangler may wait for ever for a runtime that failed as it started: that one is killed. */
async function closed(worker: { dispose(): Promise<void> }): Promise<void> {
  const late = setTimeout(closing, "late" as const, { ref: false });
  if ((await Promise.race([worker.dispose(), late])) !== "late") return;
  for (const pid of stillRuntimes(runtimeChildren(process.pid))) process.kill(pid, "SIGKILL");
}

/**
 * Runs the Worker in this process's charge. Its port must be free: on a busy one this never ends.
 * @throws Error when its configuration or its entry file cannot be read
 */
export async function startLocalWorker(options: WorkerOptions): Promise<LocalWorker> {
  const bindings = Object.entries(options.variables).map(
    ([name, value]) => [name, { type: "plain_text" as const, value }] as const,
  );
  // Not `unstable_startWorker`: it emits its first events before a listener can be added.
  const environment = new unstable_DevEnv();
  const failed = new Promise<string>((resolve) => {
    environment.once("buildFailed", (event) => resolve(`the build failed\n${reasonIn(event)}`));
    environment.once("error", (event) => resolve(`the Worker does not start\n${reasonIn(event)}`));
  });
  const starting = environment.startWorker({
    config: join(options.root, "wrangler.jsonc"),
    bindings: Object.fromEntries(bindings),
    dev: {
      persist: options.persist,
      watch: false,
      // Warnings here are about .dev.vars, which is read already, and about being offline.
      logLevel: "error",
      inspector: false,
      server: { hostname: "localhost", port: options.port },
    },
  });
  // One that fails may never come to be there.
  const worker = await Promise.race([starting, failed.then(() => undefined)]);
  return {
    url: `http://localhost:${options.port}`,
    failed,
    close: () => closed(worker ?? { dispose: () => environment.teardown() }),
  };
}
