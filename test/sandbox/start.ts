import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { localCertificate } from "./certificate.ts";
import { startSandboxServer } from "./server.ts";
import { banner } from "./start/banner.ts";
import { startTlsFront } from "./start/https.ts";
import { neededPorts, readPorts, requireFree } from "./start/ports.ts";
import { Program } from "./start/program.ts";
import { whenReady } from "./start/readiness.ts";
import { localSecrets } from "./start/secrets.ts";
import { claimStateFolder } from "./start/state-folder.ts";
import { givenVariables, isInSandbox, readDevVars, workerVariables } from "./start/variables.ts";
import { guardRuntimes } from "./start/watchdog.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** Connections, the sandbox's memory and its certificate; tests keep theirs elsewhere. */
const state = resolve(root, process.env["STATE_DIRECTORY"] || ".wrangler");
const persist = join(state, "state");
const directory = join(state, "sandbox");
/** Milliseconds until a Worker that does not answer is given up. */
const patience = 60_000;

const program = new Program("npm start");
await program.run(async () => {
  const ports = readPorts(process.env);
  const given = givenVariables(process.env, readDevVars(root));
  const usesSandbox = isInSandbox(given.values);
  await requireFree(neededPorts(ports, { usesSandbox }));
  const workerUrl = `http://localhost:${ports.worker}`;
  const holder = `npm start at ${workerUrl} (process ${process.pid})`;
  program.closes(claimStateFolder(state, holder).release);

  // Loading wrangler takes seconds, in which nobody would know why the rest cannot be.
  const [{ migrateLocalDatabase }, { startLocalWorker }] = await Promise.all([
    import("./start/database.ts"),
    import("./start/worker.ts"),
  ]);
  // wrangler resolves some paths by the working folder.
  process.chdir(root);
  // Nothing here needs to know where on earth it runs, so nobody is asked.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
  const certificate = await localCertificate(directory);
  const sandbox = usesSandbox
    ? await startSandboxServer({
        port: ports.sandbox,
        httpsPort: ports.sandboxHttps,
        directory,
        certificate,
      })
    : undefined;
  if (sandbox !== undefined) program.closes(sandbox.close);
  const front = await startTlsFront(ports.workerHttps, ports.worker, certificate);
  program.closes(front.close);
  await migrateLocalDatabase(root, persist).catch((cause: unknown) => {
    const problem = `the database in ${persist} cannot be brought up to date`;
    throw new Error(`${problem}; end what else has it open, or set STATE_DIRECTORY`, { cause });
  });
  const addresses = {
    workerUrl,
    workerHttpsUrl: front.url,
    sandboxUrl: `http://localhost:${ports.sandbox}`,
  };
  const variables = workerVariables(addresses, await localSecrets(directory), given.values);
  const guard = guardRuntimes();
  program.closes(guard.dismiss);
  const reporting = setInterval(() => guard.report(), 250);
  const worker = await startLocalWorker({ root, persist, port: ports.worker, variables });
  program.closes(worker.close);

  const failed = worker.failed.then((reason) => ({ ready: false as const, reason }));
  const readiness = await Promise.race([whenReady(worker.url, patience), failed]);
  clearInterval(reporting);
  guard.report();
  if (!readiness.ready) throw new Error(readiness.reason);
  console.log(
    banner({
      ...addresses,
      sandbox,
      given,
      variables,
      folders: { state: relative(root, state), sandbox: relative(root, directory) },
    }),
  );
});
