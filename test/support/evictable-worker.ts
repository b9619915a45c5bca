import { fileURLToPath } from "node:url";
import { convertV4MiniflareOptions, Miniflare } from "miniflare";
import { unstable_readConfig } from "wrangler";
import { deployedBundle } from "../bench/bundles.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { freePorts } from "./launcher.ts";
import { sandboxVariables } from "./worker.ts";

const config = fileURLToPath(new URL("../../wrangler.jsonc", import.meta.url));

/** The deployed bundle on a port of its own, whose objects can be put to sleep. */
export interface EvictableWorker {
  url: string;
  sandbox: SandboxServer;
  /** Evicts the object of a connection as the platform does with an idle one; its sockets stay. */
  evict(connectionId: string): Promise<void>;
  /** Whether the object of a connection runs; it is evicted by that, as above. */
  wasAwake(connectionId: string): Promise<boolean>;
  close(): Promise<void>;
}

/** Starts it without a directory: nobody lists connections here. */
export async function startEvictableWorker(): Promise<EvictableWorker> {
  const { compatibility_date: compatibilityDate, compatibility_flags: compatibilityFlags } =
    unstable_readConfig({ config }, { hideWarnings: true });
  const [bundle, sandbox] = await Promise.all([
    deployedBundle(),
    startSandboxServer({ port: 0, httpsPort: 0 }),
  ]);
  const { worker: port } = await freePorts();
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      host: "localhost",
      port,
      // Nothing here needs to know where on earth it runs, so nobody is asked.
      cf: false,
      handleStructuredLogs: ({ level, message }) => {
        if (level === "error") console.error(message);
      },
      workers: [
        {
          name: "azure",
          modules: bundle,
          compatibilityDate,
          compatibilityFlags,
          bindings: {
            ...sandboxVariables(sandbox),
            AZURE_TENANT_ID: "common",
            // Where Graph reaches it.
            AZURE_PUBLIC_ORIGIN: `http://localhost:${port}`,
          },
          durableObjects: { AZURE_CONNECTION: { className: "ConnectionActor", useSQLite: true } },
        },
      ],
    }),
  );
  const url = (await runtime.ready).origin;
  const evict = (name: string) =>
    runtime.unsafeEvictDurableObject("azure", "ConnectionActor", { name, webSockets: "hibernate" });
  return {
    url,
    sandbox,
    evict,
    wasAwake: (name) =>
      evict(name).then(
        () => true,
        (error: unknown) => {
          if (String(error).includes("not currently running")) return false;
          throw error;
        },
      ),
    async close() {
      await runtime.dispose();
      await sandbox.close();
    },
  };
}
