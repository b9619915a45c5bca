import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../src/contract/result.ts";
import { globalEndpoints } from "./side.ts";

export const usage = `npm run verify-live -- --tenant ID|domain --client-id GUID [--write] [--json] [--only TEXT] [--stdin]
  asks Microsoft and the sandbox the same questions, and prints how the forms of the answers differ.
  It signs a person in by a device code for each of Graph and Azure, or takes LIVE_GRAPH_TOKEN and LIVE_ARM_TOKEN.
  LIVE_CLIENT_SECRET, the application's: asks for tokens of the application too.
  These come from the environment; with --stdin also from lines NAME=value on standard input.
  --write also makes a draft, a folder, a contact, an event and a list of tasks, and deletes them.
  --authority, --graph, --arm: addresses of another cloud.
  Exits 2 where it stopped early, else 1 where anything differs, else 2 where it could not ask or left something behind.`;

const addresses = ["authority", "graph", "arm"] as const;
const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

export interface Options extends Record<(typeof addresses)[number], string> {
  tenant: string;
  clientId: string;
  writes: boolean;
  json: boolean;
  /** What the name of a check has to have in it; empty: all are asked. */
  only: string;
  /** Tokens come from standard input too. */
  stdin: boolean;
}

/** @returns `help` where that is asked for; or what is wrong, by its name */
export function readOptions(args: readonly string[]): Result<Options | "help", string> {
  const parsed = parse(args);
  if (!parsed.ok) return parsed;
  const { tenant, "client-id": clientId, write: writes, help, ...rest } = parsed.value;
  if (help) return ok("help");
  if (!tenant) return err("--tenant is missing");
  if (!clientId) return err("--client-id is missing");
  for (const name of addresses) {
    if (!/^https?:$/.test(URL.parse(rest[name])?.protocol ?? "")) {
      return err(`--${name} is ${JSON.stringify(rest[name])}; expected a URL`);
    }
  }
  const { authority, graph, arm } = rest;
  return ok({
    ...rest,
    tenant,
    clientId,
    writes,
    authority: withoutSlash(authority),
    graph: withoutSlash(graph),
    arm: withoutSlash(arm),
  });
}

const withoutSlash = (address: string): string => address.replace(/\/$/, "");

function parse(args: readonly string[]) {
  try {
    const options = {
      tenant: text,
      "client-id": text,
      write: flag,
      json: flag,
      only: { ...text, default: "" },
      stdin: flag,
      authority: { ...text, default: globalEndpoints.authority },
      graph: { ...text, default: globalEndpoints.graph },
      arm: { ...text, default: globalEndpoints.arm },
      help: flag,
    };
    return ok(parseArgs({ args: [...args], options }).values);
  } catch (error) {
    return err(error instanceof Error ? error.message : String(error));
  }
}
