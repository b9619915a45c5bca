import { join } from "node:path";
import { unstable_DevEnv } from "wrangler";
import * as z from "zod";

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
  const worker = await environment.startWorker({
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
  return {
    url: `http://localhost:${options.port}`,
    failed,
    close: () => worker.dispose(),
  };
}
