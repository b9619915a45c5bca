import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startSandbox } from "../sandbox/embed.ts";
import { armChecks } from "./arm-checks.ts";
import { entraChecks, secretChecks, signInChecks } from "./entra-checks.ts";
import { readGiven, type Given } from "./given.ts";
import { graphChecks } from "./graph-checks.ts";
import { reportOf, summaryOf } from "./report.ts";
import { exitStatusOf, type Result } from "./result.ts";
import { runChecks } from "./run-checks.ts";
import { sandboxSide } from "./sandbox-side.ts";
import type { Network } from "./send.ts";
import { globalEndpoints, type Side } from "./side.ts";
import { scopesFor, sessions, signInByDevice } from "./sign-in.ts";
import { writeChecks } from "./write-checks.ts";

const usage = `npm run verify-live -- --tenant ID|domain --client-id GUID [--write] [--json] [--only TEXT] [--stdin]
  asks Microsoft and the sandbox the same questions, and prints how the forms of the answers differ.
  It signs a person in by a device code for each of Graph and Azure, or takes LIVE_GRAPH_TOKEN and LIVE_ARM_TOKEN.
  LIVE_CLIENT_SECRET, the application's: asks for tokens of the application too.
  These come from the environment; with --stdin also from lines NAME=value on standard input.
  --write also makes a draft, a folder, a contact, an event and a list of tasks, and deletes them.
  --authority, --graph, --arm: addresses of another cloud.
  Exits 2 where it stopped early, else 1 where anything differs, else 2 where it could not ask or left something behind.`;

const { values } = parseArgs({
  options: {
    tenant: { type: "string" },
    "client-id": { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    stdin: { type: "boolean", default: false },
    authority: { type: "string", default: globalEndpoints.authority },
    graph: { type: "string", default: globalEndpoints.graph },
    arm: { type: "string", default: globalEndpoints.arm },
    help: { type: "boolean", default: false },
  },
});

/** Longer than any service takes; seconds. */
const patience = 100;

const network: Network = {
  fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(patience * 1_000) }),
  now: () => Date.now(),
  wait: (seconds) => pause(seconds * 1_000),
  say: (message) => console.error(message),
};

function microsoftSide(tenant: string, clientId: string, { tokens, secret }: Given): Side {
  const { authority, graph, arm, write: writes } = values;
  const where = { authority, tenant, clientId };
  return {
    name: "microsoft",
    ...where,
    graph,
    arm,
    ...(secret !== undefined && { confidential: { clientId, secret } }),
    ...sessions(
      (service) =>
        signInByDevice({
          ...where,
          scope: scopesFor(service, { writes }),
          show: (address, code) => network.say(`Open ${address} and enter ${code}`),
          network,
        }),
      tokens,
    ),
  };
}

const { tenant, "client-id": clientId, only } = values;
if (values.help || tenant === undefined || clientId === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}
const given = readGiven(process.env, values.stdin ? await text(process.stdin) : "");
if (!given.ok) {
  console.error(`verify-live: ${given.error}`);
  process.exit(2);
}
const all = [
  ...entraChecks,
  ...(given.value.tokens.graph === undefined ? signInChecks : []),
  ...(given.value.secret === undefined ? [] : secretChecks),
  ...graphChecks,
  ...armChecks,
  ...(values.write ? writeChecks : []),
];
const checks = all.filter(({ name }) => name.includes(only));
const sandbox = await startSandbox();
const results: Result[] = [];
try {
  const sides = {
    microsoft: microsoftSide(tenant, clientId, given.value),
    sandbox: sandboxSide(sandbox, { writes: values.write, network }),
  };
  for await (const result of runChecks(checks, sides, network)) {
    results.push(result);
    if (!values.json) console.log(reportOf(result));
  }
} finally {
  await sandbox.close();
}
console.log(values.json ? JSON.stringify({ checks: results }) : summaryOf(results));
process.exitCode = exitStatusOf(results);
