import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";
import { deployedBundle } from "../bench/bundles.ts";
import { migrateLocalDatabase } from "../sandbox/start/database.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** What a process reads to run the Worker. */
export interface WorkerPlan {
  /** As Miniflare takes it. */
  worker: Record<string, unknown>;
  /** Folder of its databases and objects. */
  persist: string;
  port: number;
  /** Of the DevTools protocol; absent: none. */
  inspectorPort?: number | undefined;
}

/** A Worker that is built, over storage that outlives its processes. */
export interface PlannedWorker {
  /** The file of its plan. */
  plan: string;
  persist: string;
  url: string;
}

/**
 * Builds the Worker as `wrangler deploy` would upload it, and its database.
 *
 * @param options.folder where plan and storage are kept
 */
export async function planWorker({
  folder,
  variables,
  ...ports
}: Pick<WorkerPlan, "port" | "inspectorPort"> & {
  folder: string;
  variables: Record<string, string>;
}): Promise<PlannedWorker> {
  const config = unstable_readConfig(
    { config: join(root, "wrangler.jsonc") },
    { hideWarnings: true },
  );
  const { workerOptions } = unstable_getMiniflareWorkerOptions({
    ...config,
    // They are among the variables; where else they are not is nobody's concern here.
    secrets: undefined,
  });
  const { bindings, compatibilityDate, compatibilityFlags } = workerOptions;
  const { durableObjects, ratelimits, d1Databases } = workerOptions;
  const persist = join(folder, "v3");
  await migrateLocalDatabase(root, folder);
  const plan: WorkerPlan = {
    persist,
    ...ports,
    worker: {
      name: config.name,
      modules: await deployedBundle(),
      bindings: { ...Object(bindings), ...variables },
      compatibilityDate,
      compatibilityFlags,
      durableObjects,
      ratelimits,
      d1Databases,
    },
  };
  const file = join(folder, "plan.json");
  writeFileSync(file, JSON.stringify(plan));
  return { plan: file, persist, url: `http://localhost:${ports.port}` };
}
