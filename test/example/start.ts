import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { startSandboxServer } from "../sandbox/server.ts";
import { readPorts, requireFree } from "../sandbox/start/ports.ts";
import { Program } from "../sandbox/start/program.ts";
import { whenReady } from "../sandbox/start/readiness.ts";
import { localSecrets } from "../sandbox/start/secrets.ts";
import { claimStateFolder } from "../sandbox/start/state-folder.ts";
import { workerVariables } from "../sandbox/start/variables.ts";
import { writeLocalConfig } from "./local-config.ts";

/**
 * `npm run example`: the sandbox, and beside it the example and this Worker in one `wrangler dev`,
 * as somebody who develops an application runs the two.
 */

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The program itself: `bin/wrangler.js` only starts it as another process. */
const wrangler = join(root, "node_modules/wrangler/wrangler-dist/cli.js");
const preload = new URL("end-with-starter.ts", import.meta.url).href;
/** Connections and the sandbox's keys; those of `npm start`, so that they are kept from one to the other. */
const state = resolve(root, process.env["STATE_DIRECTORY"] || ".wrangler");
const persist = join(state, "state");
const directory = join(state, "sandbox");
/** Milliseconds until a Worker that does not answer is given up. */
const patience = 60_000;

/** Ends wrangler, which ends its Workers. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGINT");
  await ended;
}

const program = new Program("npm run example");
await program.run(async () => {
  const ports = readPorts(process.env);
  await requireFree([
    { port: ports.worker, use: "the example", setting: "PORT" },
    { port: ports.sandbox, use: "the sandbox", setting: "SANDBOX_PORT" },
    { port: ports.sandboxHttps, use: "the sandbox's https", setting: "SANDBOX_PORT" },
  ]);
  const url = `http://localhost:${ports.worker}`;
  program.closes(claimStateFolder(state, `npm run example at ${url}`).release);
  process.chdir(root);
  // Nothing here needs to know where on earth it runs, so nobody is asked.
  process.env["CLOUDFLARE_CF_FETCH_ENABLED"] ??= "false";
  // Loading wrangler takes seconds, in which nobody would know why the rest cannot be.
  const { migrateLocalDatabase } = await import("../sandbox/start/database.ts");
  await migrateLocalDatabase(root, persist);
  const sandbox = await startSandboxServer({
    port: ports.sandbox,
    httpsPort: ports.sandboxHttps,
    directory,
  });
  program.closes(sandbox.close);

  const webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;
  const variables = workerVariables(
    { workerUrl: url, workerHttpsUrl: url, sandboxUrl: sandbox.url },
    await localSecrets(directory),
    {
      // The example has the one port, and passes on what comes for this Worker.
      AZURE_REDIRECT_URI: `${url}/callback`,
      ALLOWED_ORIGINS: url,
      WEBHOOKS: JSON.stringify([{ id: "crm", url: `${url}/webhook`, secret: webhookSecret }]),
    },
  );
  const example = {
    WEBHOOK_SECRET: webhookSecret,
    GRAPH_ENDPOINT: `${sandbox.url}/graph`,
    ARM_ENDPOINT: `${sandbox.url}/arm`,
  };
  const config = await writeLocalConfig(root, join(state, "example"), variables);
  const options = [
    "--config=wrangler.jsonc",
    `--config=${config}`,
    `--port=${ports.worker}`,
    `--persist-to=${persist}`,
    "--inspector-port=0",
    "--log-level=error",
    "--show-interactive-dev-session=false",
    ...Object.entries(example).map(([name, value]) => `--var=${name}:${value}`),
  ];
  const child = spawn(process.execPath, ["--import", preload, wrangler, "dev", ...options], {
    cwd: join(root, "test/example"),
    stdio: ["ignore", "inherit", "inherit"],
  });
  program.closes(() => end(child));
  const exited = once(child, "exit").then(() => ({
    ready: false as const,
    reason: "wrangler dev has ended",
  }));
  const readiness = await Promise.race([whenReady(url, patience), exited]);
  if (!readiness.ready) throw new Error(readiness.reason);
  void exited.then(() => program.end(1));
  console.log(`
  Example   ${url}
  Sandbox   ${sandbox.url}

  Open      ${url}, and connect as Ada Lovelace
  Digest    curl ${url}/cdn-cgi/handler/scheduled
  Revoke    curl ${sandbox.url}/_sandbox/revoke -d '{"user":"ada@contoso.example"}'

  Ctrl-C ends all; connections are kept in ${relative(root, state)}/
`);
});
