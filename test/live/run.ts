import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { CONTOSO_TENANT, PUBLIC_CLIENT_ID } from "../sandbox/constants.ts";
import { startSandbox, type RunningSandbox } from "../sandbox/embed.ts";
import { armChecks } from "./arm-checks.ts";
import { entraChecks } from "./entra-checks.ts";
import { graphChecks } from "./graph-checks.ts";
import { reportOf, summaryOf } from "./report.ts";
import { runChecks, type Result } from "./run-checks.ts";
import { globalEndpoints, type Service, type Side } from "./side.ts";
import { scopesFor, signInByDevice } from "./tokens.ts";
import { writeChecks } from "./write-checks.ts";

const usage = `npm run verify-live -- --tenant ID|domain --client-id GUID [--write] [--json] [--only TEXT]
  asks Microsoft and the sandbox the same questions, and prints how the forms of the answers differ.
  It signs a person in by a device code for each of Graph and Azure, or takes LIVE_GRAPH_TOKEN and LIVE_ARM_TOKEN from the environment.
  --write also makes drafts, a folder, a contact, an event and a list of tasks, and deletes them.
  --authority, --graph, --arm: addresses of another cloud.
  Exits 1 where anything differs, 2 where it could not ask.`;

const { values } = parseArgs({
  options: {
    tenant: { type: "string" },
    "client-id": { type: "string" },
    write: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    only: { type: "string", default: "" },
    authority: { type: "string", default: globalEndpoints.authority },
    graph: { type: "string", default: globalEndpoints.graph },
    arm: { type: "string", default: globalEndpoints.arm },
    help: { type: "boolean", default: false },
  },
});

/** The tokens of `--tenant`: brought along, or by a sign-in at the first question that needs one. */
function tokens(tenant: string, clientId: string): Side["tokenOf"] {
  const brought = { graph: process.env["LIVE_GRAPH_TOKEN"], arm: process.env["LIVE_ARM_TOKEN"] };
  const signedIn = new Map<Service, Promise<string>>();
  return (service) => {
    const token = brought[service] ?? "";
    if (token !== "") return Promise.resolve(token);
    const known = signedIn.get(service);
    if (known !== undefined) return known;
    const asked = signInByDevice({
      authority: `${values.authority}/${tenant}`,
      clientId,
      scope: scopesFor(service, { writes: values.write }),
      say: (message) => console.error(message),
      wait: (seconds) => pause(seconds * 1_000),
    });
    signedIn.set(service, asked);
    return asked;
  };
}

const sandboxScopes = ["User.Read", "Mail.ReadWrite", "Calendars.ReadWrite", "Contacts.ReadWrite"];

const sandboxSide = (sandbox: RunningSandbox): Side => ({
  authority: sandbox.url,
  graph: `${sandbox.url}/graph`,
  arm: `${sandbox.url}/arm`,
  tenant: CONTOSO_TENANT,
  clientId: PUBLIC_CLIENT_ID,
  tokenOf: (resource) =>
    sandbox.accessToken({
      user: "ada@contoso.example",
      resource,
      ...(resource === "graph" && {
        scopes: [...sandboxScopes, "Files.ReadWrite", "Tasks.ReadWrite"],
      }),
    }),
});

const { tenant, "client-id": clientId, only } = values;
if (values.help || tenant === undefined || clientId === undefined) {
  console.error(usage);
  process.exit(values.help ? 0 : 2);
}
const all = [...entraChecks, ...graphChecks, ...armChecks, ...(values.write ? writeChecks : [])];
const checks = all.filter(({ name }) => name.includes(only));
const sandbox = await startSandbox();
const results: Result[] = [];
try {
  const { authority, graph, arm } = values;
  const microsoft = { authority, graph, arm, tenant, clientId, tokenOf: tokens(tenant, clientId) };
  for await (const result of runChecks(checks, { microsoft, sandbox: sandboxSide(sandbox) })) {
    results.push(result);
    if (!values.json) console.log(reportOf(result));
  }
  console.log(values.json ? JSON.stringify({ checks: results }) : summaryOf(results));
  process.exitCode = results.some(({ differences }) => differences.length > 0) ? 1 : 0;
} catch (error) {
  // An answer of Entra's is told by its own words, which hold no token.
  console.error(`verify-live: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 2;
} finally {
  await sandbox.close();
}
