import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { startSandbox } from "../sandbox/embed.ts";
import { armChecks } from "./arm-checks.ts";
import type { Check } from "./check.ts";
import { entraChecks, secretChecks, signInChecks } from "./entra-checks.ts";
import { readGiven, type Given } from "./given.ts";
import { graphChecks } from "./graph-checks.ts";
import { readOptions, usage, type Options } from "./options.ts";
import { reportOf, summaryOf } from "./report.ts";
import { exitStatusOf, type Result } from "./result.ts";
import { runChecks } from "./run-checks.ts";
import { sandboxSide } from "./sandbox-side.ts";
import type { Network } from "./send.ts";
import type { Side } from "./side.ts";
import { scopesFor, sessions, signInByDevice } from "./sign-in.ts";
import { writeChecks } from "./write-checks.ts";

/** Longer than any service takes; seconds. */
const patience = 100;

const network: Network = {
  fetch: (url, init) => fetch(url, { ...init, signal: AbortSignal.timeout(patience * 1_000) }),
  now: () => Date.now(),
  wait: (seconds) => pause(seconds * 1_000),
  say: (message) => console.error(message),
};

function microsoftSide(options: Options, { tokens, secret }: Given): Side {
  const { authority, tenant, clientId, graph, arm, writes } = options;
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

/** Those that can be asked with what was given, and whose names have the text of `--only`. */
const checksFor = ({ writes, only }: Options, { tokens, secret }: Given): Check[] =>
  [
    ...entraChecks,
    ...(tokens.graph === undefined ? signInChecks : []),
    ...(secret === undefined ? [] : secretChecks),
    ...graphChecks,
    ...armChecks,
    ...(writes ? writeChecks : []),
  ].filter(({ name }) => name.includes(only));

function refuse(reason: string): never {
  console.error(`verify-live: ${reason}`);
  process.exit(2);
}

const options = readOptions(process.argv.slice(2));
if (!options.ok) refuse(`${options.error}\n${usage}`);
if (options.value === "help") {
  console.log(usage);
  process.exit();
}
const { json, only, stdin, writes } = options.value;
const given = readGiven(process.env, stdin ? await text(process.stdin) : "");
if (!given.ok) refuse(given.error);
const checks = checksFor(options.value, given.value);
if (checks.length === 0) refuse(`--only is ${JSON.stringify(only)}, which is in no check's name`);
const sandbox = await startSandbox();
const results: Result[] = [];
try {
  const sides = {
    microsoft: microsoftSide(options.value, given.value),
    sandbox: sandboxSide(sandbox, { writes, network }),
  };
  for await (const result of runChecks(checks, sides, network)) {
    results.push(result);
    if (!json) console.log(reportOf(result));
  }
} finally {
  await sandbox.close();
}
console.log(json ? JSON.stringify({ checks: results }) : summaryOf(results));
process.exitCode = exitStatusOf(results);
