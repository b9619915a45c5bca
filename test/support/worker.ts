import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unstable_startWorker } from "wrangler";
import { defined } from "../../src/contract/defined.ts";
import { localCertificate, type Certificate } from "../sandbox/certificate.ts";
import { startSandboxServer, type SandboxServer } from "../sandbox/server.ts";
import { runtimeChildren } from "../sandbox/start/children.ts";
import { migrateLocalDatabase } from "../sandbox/start/database.ts";
import { whenReady } from "../sandbox/start/readiness.ts";
import { workerSecrets } from "./secrets.ts";
import { startTlsProxy, type TlsProxy } from "./tls-proxy.ts";

const root = new URL("../..", import.meta.url).pathname;
const patience = 60_000;

/** The built Worker on a port of its own, and the Microsoft it knows. */
export interface TestWorker {
  url: string;
  /** The same Worker by https, for SDKs that refuse to send a token otherwise. */
  tls: TlsProxy;
  sandbox: SandboxServer;
  /** Behind the https of both. */
  certificate: Certificate;
  /** Process ids of the Workers runtimes that this test process runs. */
  runtimes(): number[];
  close(): Promise<void>;
}

export interface TestWorkerOptions {
  /** Told every answer that leaves by https: its head, and the chunks of its body. */
  observe?: (text: string) => void;
  /** In place of the sandbox's; undefined: the variable is not set. */
  variables?: Record<string, string | undefined>;
  /** True: its variables are wrong on purpose, and it is to say so itself. */
  misconfigured?: boolean;
}

/** The variables of a Worker whose Microsoft is this sandbox. */
export const sandboxVariables = ({ url }: SandboxServer): Record<string, string> => ({
  ...workerSecrets,
  AZURE_CLOUD: "sandbox",
  AZURE_AUTHORITY_HOST: url,
  AZURE_GRAPH_ENDPOINT: `${url}/graph`,
  AZURE_RESOURCE_MANAGER_ENDPOINT: `${url}/arm`,
});

/** Starts a Worker and a sandbox on free ports; nothing of them outlives `close`. */
export async function startTestWorker({
  observe,
  variables = {},
  misconfigured = false,
}: TestWorkerOptions = {}): Promise<TestWorker> {
  // Nothing here needs to know where on earth it runs, so nobody is asked.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] = "false";
  const persist = await mkdtemp(join(tmpdir(), "azure-worker-"));
  const certificate = await localCertificate(undefined);
  const sandbox = await startSandboxServer({ port: 0, httpsPort: 0, certificate });
  await migrateLocalDatabase(root, persist);
  let url = "";
  const proxy = await startTlsProxy(() => url, { certificate, observe });
  // What follows a link of ours comes back by https.
  const ours = { ...sandboxVariables(sandbox), AZURE_PUBLIC_ORIGIN: proxy.url, ...variables };
  const worker = await unstable_startWorker({
    config: join(root, "wrangler.jsonc"),
    bindings: Object.fromEntries(
      Object.entries(defined(ours)).map(
        ([name, value]) => [name, { type: "plain_text" as const, value }] as const,
      ),
    ),
    dev: {
      persist,
      watch: false,
      logLevel: "error",
      inspector: false,
      server: { hostname: "localhost", port: 0 },
    },
  });
  url = (await worker.url).origin;
  const close = async () => {
    await proxy.close();
    await worker.dispose();
    await sandbox.close();
    await rm(persist, { recursive: true, force: true });
  };
  const readiness = await whenReady(url, patience);
  if (!readiness.ready && !misconfigured) {
    await close();
    throw new Error(readiness.reason);
  }
  return {
    url,
    tls: proxy,
    sandbox,
    certificate,
    runtimes: () => runtimeChildren(process.pid),
    close,
  };
}
