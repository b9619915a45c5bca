import { join } from "node:path";
import { unstable_startWorker } from "wrangler";
import { CLIENT_ID, CLIENT_SECRET } from "../constants.ts";
import type { LocalSecrets } from "./secrets.ts";

export interface WorkerOptions {
  root: string;
  /** Folder of the local databases and objects. */
  persist: string;
  port: number;
  sandboxUrl: string;
  secrets: LocalSecrets;
  /** The variables `WEBHOOKS` and `CONNECT_PAGE_URL`. */
  webhooks?: string | undefined;
  connectPageUrl?: string | undefined;
}

export interface LocalWorker {
  url: string;
  close(): Promise<void>;
}

/** The configuration of a Worker whose Microsoft is the sandbox. */
export function sandboxBindings(options: WorkerOptions): Record<string, string> {
  const { sandboxUrl, secrets, webhooks = "", connectPageUrl = "" } = options;
  const url = `http://localhost:${options.port}`;
  return {
    AZURE_CLOUD: "sandbox",
    AZURE_AUTHORITY_HOST: sandboxUrl,
    AZURE_GRAPH_ENDPOINT: `${sandboxUrl}/graph`,
    AZURE_RESOURCE_MANAGER_ENDPOINT: `${sandboxUrl}/arm`,
    AZURE_CLIENT_ID: CLIENT_ID,
    AZURE_CLIENT_SECRET: CLIENT_SECRET,
    AZURE_REDIRECT_URI: `${url}/callback`,
    TOKEN_ENCRYPTION_KEYS: secrets.TOKEN_ENCRYPTION_KEYS,
    SESSION_SECRET: secrets.SESSION_SECRET,
    API_KEYS: "[]",
    ALLOWED_ORIGINS: url,
    RETURN_ORIGINS: url,
    WEBHOOKS: webhooks,
    CONNECT_PAGE_URL: connectPageUrl,
  };
}

/** Runs the Worker in this process's charge. Its port must be free: on a busy one this never ends. */
export async function startLocalWorker(options: WorkerOptions): Promise<LocalWorker> {
  const bindings = Object.entries(sandboxBindings(options)).map(
    ([name, value]) => [name, { type: "plain_text" as const, value }] as const,
  );
  const worker = await unstable_startWorker({
    config: join(options.root, "wrangler.jsonc"),
    bindings: Object.fromEntries(bindings),
    dev: {
      persist: options.persist,
      watch: false,
      // Warnings here are about .dev.vars, which is not asked, and about being offline.
      logLevel: "error",
      inspector: false,
      server: { hostname: "localhost", port: options.port },
    },
  });
  return { url: `http://localhost:${options.port}`, close: () => worker.dispose() };
}
