import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { portProblem } from "./loopback.ts";
import { startSandboxServer } from "./server.ts";
import { migrateLocalDatabase } from "./start/database.ts";
import { whenLauncherEnds } from "./start/launcher.ts";
import { DEVELOPMENT_KEY, whenReady } from "./start/readiness.ts";
import { localSecrets } from "./start/secrets.ts";
import { guardRuntimes } from "./start/watchdog.ts";
import { startLocalWorker } from "./start/worker.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Connections, the sandbox's memory and its certificate; tests keep theirs elsewhere. */
const state = resolve(root, process.env["STATE_DIRECTORY"] || ".wrangler");
const persist = join(state, "state");
const directory = join(state, "sandbox");
const patience = 60_000;

function fail(message: string): never {
  console.error(`\nnpm start: ${message}`);
  process.exit(1);
}

function portFrom(variable: string, fallback: number): number {
  const text = process.env[variable];
  if (text === undefined || text === "") return fallback;
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_535) return port;
  return fail(`${variable} is "${text}"; expected a port number`);
}

const port = portFrom("PORT", 8787);
const sandboxPort = portFrom("SANDBOX_PORT", 8788);
const ports = [
  { port, variable: "PORT", use: "the Worker" },
  { port: sandboxPort, variable: "SANDBOX_PORT", use: "the sandbox" },
  { port: sandboxPort + 1, variable: "SANDBOX_PORT", use: "the sandbox's https" },
];
if (new Set(ports.map((one) => one.port)).size < ports.length) {
  fail("PORT, SANDBOX_PORT and SANDBOX_PORT + 1 must be three ports");
}
for (const one of ports) {
  const problem = await portProblem(one.port);
  if (problem) {
    fail(`port ${one.port} for ${one.use} ${problem}; free it or set ${one.variable}`);
  }
}

/** wrangler wraps what went wrong: the cause names the file and the line. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause === undefined ? error.message : `${error.message}\n${reasonOf(error.cause)}`;
}

const orFail = <T>(promise: Promise<T>): Promise<T> =>
  promise.catch((error: unknown) => fail(reasonOf(error)));

// wrangler resolves some paths by the working folder.
process.chdir(root);
// Nothing here needs to know where on earth it runs, so nobody is asked.
process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
const sandbox = await orFail(
  startSandboxServer({ port: sandboxPort, httpsPort: sandboxPort + 1, directory }),
);
await orFail(migrateLocalDatabase(root, persist));
const secrets = await orFail(localSecrets(directory));
const { WEBHOOKS: webhooks, CONNECT_PAGE_URL: connectPageUrl } = process.env;
const worker = await orFail(
  startLocalWorker({
    root,
    persist,
    port,
    sandboxUrl: sandbox.url,
    secrets,
    webhooks,
    connectPageUrl,
  }),
);
const guard = guardRuntimes();
const reporting = setInterval(() => guard.report(), 250);

let ending = false;
async function end(code: number): Promise<void> {
  if (ending) return;
  ending = true;
  await Promise.allSettled([worker.close(), sandbox.close()]);
  guard.dismiss();
  process.exit(code);
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => void end(0));
}

whenLauncherEnds(() => void end(0));

const readiness = await whenReady(worker.url, patience);
clearInterval(reporting);
guard.report();
if (readiness.ready) {
  console.log(`
  Worker    ${worker.url}
  Sandbox   ${sandbox.url}   (https: ${sandbox.httpsUrl}, CA: ${relative(root, join(directory, "ca.pem"))})

  Open      ${worker.url}/connect?user_id=demo
  Then      curl -H "Authorization: Bearer ${DEVELOPMENT_KEY}" "${worker.url}/mail?user_id=demo"

  Ctrl-C ends both; connections are kept in ${relative(root, state)}/
`);
} else {
  console.error(`\nnpm start: ${readiness.reason}`);
  await end(1);
}
