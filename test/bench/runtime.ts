import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import {
  convertV4MiniflareOptions,
  Miniflare,
  type Request as MiniflareRequest,
  type Response as MiniflareResponse,
} from "miniflare";
import { unstable_splitSqlQuery } from "wrangler";
import { createSandbox, type Sandbox, type SandboxOptions } from "../sandbox/index.ts";
import { runtimeChildren } from "../sandbox/start/children.ts";
import { residentBytes } from "../support/memory.ts";
import { workerSecrets } from "../support/secrets.ts";
import { benchWorker, type BundledModule, deployedBundle } from "./bundles.ts";

export const compatibilityDate = "2026-08-15";
/** As wrangler.jsonc has them, but for what would keep requests from this machine's own network. */
export const compatibilityFlags = ["enable_request_signal", "request_signal_passthrough"];
const deployedObjects = { AZURE_CONNECTION: "ConnectionActor", MCP_GRANTS: "McpGrants" };
/** More than any measurement sends. */
const ratelimits = {
  RATE_LIMIT: { namespace_id: "1001", simple: { limit: 1_000_000_000, period: 60 as const } },
};
const migrations = new URL("../../src/directory/migrations/", import.meta.url);

/** All that is measured, in one runtime. */
export interface Bench {
  /** The bundle that is deployed, and that runs here. */
  bundle: readonly BundledModule[];
  /** Where the lab listens. */
  url: URL;
  sandbox: Sandbox;
  /** Told every answer of the sandbox, as it leaves. */
  onAnswer: (request: Request, response: Response) => void;
  /** Asks the lab. @throws Error with its text when it does not succeed */
  lab(path: string, query: Record<string, string | number>): Promise<unknown>;
  /** Runs a scenario of the Worker with the simulated clock. */
  scenario(path: string): Promise<unknown>;
  /** Evicts objects, as the platform does with idle ones. */
  evict(of: Evictable, names: readonly string[]): Promise<void>;
  /** Connections that the directory lists under ids with this beginning. */
  listed(prefix: string): Promise<number>;
  /** Resident memory of workerd, in bytes. */
  memory(): number;
  close(): Promise<void>;
}

const evictables = {
  actor: ["azure", "ConnectionActor"],
  object: ["lab", "EmptyObject"],
  holder: ["lab", "TokenObject"],
  broadcast: ["lab", "BroadcastObject"],
} as const;
export type Evictable = keyof typeof evictables;

const module = (contents: string) => [{ type: "ESModule" as const, path: "index.js", contents }];

/** In the place of whoever subscribed: addresses of Workers in here are not on this machine's network. */
const anyEndpoint: SandboxOptions["outbound"] = async (input) => {
  const token = new URL(new Request(input).url).searchParams.get("validationToken");
  return token === null
    ? new Response(null, { status: 202 })
    : new Response(token, { headers: { "content-type": "text/plain" } });
};

/**
 * Puts the deployed bundle, the baselines and the upstream that latency is measured by into one
 * workerd, and the sandbox beside it. What a call costs then is the way it takes, not a network or a
 * Node process that both sides would pay for; against real distances the differences shown here are
 * exaggerated, never hidden. KV, D1 and the objects are those of Miniflare, on disk.
 */
export async function startBench(): Promise<Bench> {
  const [bundle, lab, plain, measured, internet, sandbox] = await Promise.all([
    deployedBundle(),
    benchWorker("lab"),
    benchWorker("plain"),
    benchWorker("measured"),
    benchWorker("internet"),
    createSandbox({ outbound: anyEndpoint }),
  ]);
  let onAnswer: Bench["onAnswer"] = () => {};
  const answer = async (request: Request): Promise<Response> => {
    const response = await sandbox.fetch(request);
    onAnswer(request, response);
    return response;
  };
  const connectionWorker = (
    name: string,
    modules: BundledModule[],
    objects: Record<string, string>,
    { objectsOf }: { objectsOf?: string } = {},
  ) => ({
    name,
    modules,
    compatibilityDate,
    compatibilityFlags,
    bindings: {
      ...workerSecrets,
      AZURE_TENANT_ID: "common",
      AZURE_CLOUD: "global",
      MCP_STANDALONE: "any",
    },
    durableObjects: Object.fromEntries(
      Object.entries(objects).map(([binding, className]) => [
        binding,
        objectsOf === undefined
          ? { className, useSQLite: true }
          : { className, scriptName: objectsOf },
      ]),
    ),
    d1Databases: { DB: "directory" },
    outboundService: "internet",
  });
  const plainWorker = (name: string) => ({
    name,
    modules: module(plain),
    compatibilityDate,
    compatibilityFlags,
    bindings: { API_KEYS: workerSecrets.API_KEYS },
    durableObjects: { EMPTY: { className: "EmptyObject", scriptName: "lab" } },
    kvNamespaces: ["TOKENS"],
    outboundService: "internet",
  });
  const runtime = new Miniflare(
    convertV4MiniflareOptions({
      // Nothing here needs to know where on earth it runs, so nobody is asked.
      cf: false,
      // What the Workers log is not asked here; what they could not help is told.
      handleStructuredLogs: ({ level, message }) => {
        if (level === "error") console.error(message);
      },
      workers: [
        {
          name: "lab",
          modules: module(lab),
          compatibilityDate,
          durableObjects: {
            AZURE_CONNECTION: { className: "ConnectionActor", scriptName: "azure" },
            EMPTY: { className: "EmptyObject", useSQLite: true },
            ROWS: { className: "RowObject", useSQLite: true },
            HOLDERS: { className: "TokenObject", useSQLite: true },
            BROADCAST: { className: "BroadcastObject", useSQLite: true },
          },
          kvNamespaces: ["TOKENS"],
          serviceBindings: {
            AZURE: "azure",
            AZURE_LIMITED: "azure-limited",
            PLAIN: "plain",
            PLAIN_LIMITED: "plain-limited",
            FRONT: "lab",
          },
          outboundService: "internet",
        },
        connectionWorker("azure", bundle, deployedObjects),
        {
          ...connectionWorker("azure-limited", bundle, deployedObjects, { objectsOf: "azure" }),
          ratelimits,
        },
        plainWorker("plain"),
        { ...plainWorker("plain-limited"), ratelimits },
        connectionWorker("measured", module(measured), { AZURE_CONNECTION: "MeasuredActor" }),
        {
          name: "internet",
          modules: module(internet),
          compatibilityDate,
          serviceBindings: {
            // Miniflare hands over undici's classes, which are the ones of Node under another type.
            SANDBOX: (request: MiniflareRequest) =>
              answer(request as unknown as Request) as unknown as Promise<MiniflareResponse>,
          },
        },
      ],
    }),
  );
  const url = await runtime.ready;
  const directory = await runtime.getD1Database("DB", "azure");
  await migrate(directory);
  return {
    bundle,
    url,
    sandbox,
    get onAnswer() {
      return onAnswer;
    },
    set onAnswer(listener) {
      onAnswer = listener;
    },
    async lab(path, query) {
      const body = new URLSearchParams();
      for (const [name, value] of Object.entries(query)) body.set(name, String(value));
      const response = await fetch(new URL(path, url), { method: "POST", body });
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return text === "" ? undefined : JSON.parse(text);
    },
    async scenario(path) {
      const worker = await runtime.getWorker("measured");
      const response = await worker.fetch(`http://measured${path}`);
      const text = await response.text();
      if (!response.ok) throw new Error(`${path}: ${response.status} ${text}`);
      return JSON.parse(text);
    },
    async evict(of, names) {
      const [script, className] = evictables[of];
      for (const name of names) {
        await runtime
          .unsafeEvictDurableObject(script, className, { name, webSockets: "hibernate" })
          .catch((error: unknown) => {
            // What does not run is evicted already.
            if (!String(error).includes("not currently running")) throw error;
          });
      }
    },
    async listed(prefix) {
      const count = await directory
        .prepare(
          "SELECT count(*) AS n FROM oauth_connections WHERE substr(connection_id, 1, ?) = ?",
        )
        .bind(prefix.length, prefix)
        .first<number>("n");
      return count ?? 0;
    },
    memory: () => residentBytes(runtimeChildren(process.pid)),
    close: () => runtime.dispose(),
  };
}

async function migrate(database: Awaited<ReturnType<Miniflare["getD1Database"]>>): Promise<void> {
  const names = (await readdir(migrations)).filter((name) => name.endsWith(".sql")).sort();
  for (const name of names) {
    const sql = await readFile(fileURLToPath(new URL(name, migrations)), "utf8");
    await database.batch(
      unstable_splitSqlQuery(sql).map((statement) => database.prepare(statement)),
    );
  }
}
