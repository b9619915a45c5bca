import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { variables } from "../../../src/config/config.ts";
import { credentialVariables } from "../../../src/config/credentials.ts";
import { CLIENT_ID, CLIENT_SECRET, CONTOSO_TENANT } from "../constants.ts";
import type { LocalSecrets } from "./secrets.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Variables of the Worker that the developer has set. */
export interface GivenVariables {
  values: Record<string, string>;
  /** Where each is from: `the environment` or `.dev.vars`. */
  sources: Record<string, string>;
}

/**
 * The variables for the Worker: of the environment those that it reads, of `.dev.vars` all. The
 * environment wins, as it does in most programs; an empty variable is an unset one.
 */
export function givenVariables(environment: Variables, devVars: Variables): GivenVariables {
  const known = variables.map((name) => [name, environment[name]] as const);
  const given: GivenVariables = { values: {}, sources: {} };
  const take = (entries: Iterable<readonly [string, string | undefined]>, source: string) => {
    for (const [name, value] of entries) {
      if (value === undefined || value.trim() === "") continue;
      given.values[name] = value;
      given.sources[name] = source;
    }
  };
  take(Object.entries(devVars), ".dev.vars");
  take(known, "the environment");
  return given;
}

/** The variables in `.dev.vars` of a folder; none where there is no such file. */
export function readDevVars(folder: string): Variables {
  let text: string;
  try {
    text = readFileSync(join(folder, ".dev.vars"), "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
  return parseEnv(text);
}

/** Whether the Worker works with the sandbox, as it does unless another cloud is given. */
export const isInSandbox = (given: Variables): boolean =>
  (given["AZURE_CLOUD"]?.trim() ?? "sandbox") === "sandbox";

/** Addresses of this machine that the Worker is told. */
export interface LocalAddresses {
  workerUrl: string;
  workerHttpsUrl: string;
  sandboxUrl: string;
}

/**
 * The configuration of the Worker: what is given, over what it needs to work with the sandbox. In
 * another cloud than the sandbox's it gets no endpoint, client or key of the sandbox. Where a credential
 * of the application is given, the sandbox's secret does not stand in for it.
 */
export function workerVariables(
  { workerUrl, workerHttpsUrl, sandboxUrl }: LocalAddresses,
  secrets: LocalSecrets,
  given: Readonly<Record<string, string>>,
): Record<string, string> {
  const own = `${workerUrl},${workerHttpsUrl}`;
  const local = {
    ...secrets,
    AZURE_CLOUD: "sandbox",
    AZURE_REDIRECT_URI: `${workerUrl}/callback,${workerHttpsUrl}/callback`,
    API_KEYS: "[]",
    ALLOWED_ORIGINS: own,
  };
  const microsoft = {
    AZURE_AUTHORITY_HOST: sandboxUrl,
    AZURE_GRAPH_ENDPOINT: `${sandboxUrl}/graph`,
    AZURE_RESOURCE_MANAGER_ENDPOINT: `${sandboxUrl}/arm`,
    AZURE_CLIENT_ID: CLIENT_ID,
    CONSOLE_TENANT_ID: CONTOSO_TENANT,
    ...(credentialVariables.some((name) => given[name])
      ? {}
      : { AZURE_CLIENT_SECRET: CLIENT_SECRET }),
  };
  return { ...local, ...(isInSandbox(given) ? microsoft : {}), ...given };
}
