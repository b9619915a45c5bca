import { consoleSignInWays, type ConsoleSignInWay } from "../contract/console-state.ts";
import { defined } from "../contract/defined.ts";
import { isLoopback } from "../http/url.ts";
import { ok, type Result } from "../contract/result.ts";
import { wrong, type ConfigError } from "./config-error.ts";
import { listOf } from "./values.ts";

/** The console of a deployment that has one. */
export interface ConsoleConfig {
  /** In the order in which they are offered; at least one. */
  ways: readonly ConsoleSignInWay[];
  /** The tenant whose members with an app role may sign in; a GUID. */
  tenantId?: string;
  /** Cloudflare Access in front of the console. */
  access?: AccessConfig;
  /** Names of those people of Access who may change things, in lower case. */
  admins: ReadonlySet<string>;
  /** Whether its administrators may read Microsoft's data as a connection. */
  runner: boolean;
}

export interface AccessConfig {
  /** Origin of the team, which issues and signs its assertions. */
  team: string;
  /** Audience tag of the application in front of the console. */
  audience: string;
}

/** The variables, as they were read one by one. */
export interface ConsoleValues {
  CONSOLE?: "on" | "off" | undefined;
  CONSOLE_TENANT_ID?: string | undefined;
  CONSOLE_API_KEY_SIGN_IN?: "on" | "off" | undefined;
  CONSOLE_ADMINS?: string | undefined;
  CONSOLE_RUNNER?: "on" | "off" | undefined;
  ACCESS_TEAM?: string | undefined;
  ACCESS_AUD?: string | undefined;
}

const teamName = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** The origin of a team by its name: `acme` is `https://acme.cloudflareaccess.com`. */
function teamOrigin(team: string, sandbox: boolean): string | undefined {
  if (teamName.test(team)) return `https://${team}.cloudflareaccess.com`;
  const url = URL.parse(team);
  return sandbox && url?.origin === team && isLoopback(url.hostname) ? team : undefined;
}

/**
 * The console, on by default in the sandbox alone.
 *
 * @returns undefined when it is off; or the variable that is wrong, or lacks
 */
export function consoleOf(
  values: ConsoleValues,
  sandbox: boolean,
): Result<ConsoleConfig | undefined, ConfigError> {
  const byDefault = sandbox ? "on" : "off";
  const { CONSOLE: page = byDefault, CONSOLE_API_KEY_SIGN_IN: apiKey = byDefault } = values;
  if (page === "off") return ok(undefined);
  const read = accessOf(values, sandbox);
  if (!read.ok) return read;
  const { value: access } = read;
  const { CONSOLE_TENANT_ID: tenantId, CONSOLE_ADMINS: admins = "" } = values;
  const offered = { access, microsoft: tenantId, api_key: apiKey === "on" || undefined };
  const ways = consoleSignInWays.filter((way) => offered[way] !== undefined);
  if (ways.length === 0) {
    return wrong(
      "CONSOLE_TENANT_ID",
      "must be set, since CONSOLE is on, or ACCESS_TEAM or CONSOLE_API_KEY_SIGN_IN",
    );
  }
  return ok({
    ways,
    runner: values.CONSOLE_RUNNER === "on",
    admins: new Set(listOf(admins.toLowerCase()).filter((name) => name !== "")),
    ...defined({ tenantId, access }),
  });
}

function accessOf(
  { ACCESS_TEAM: team, ACCESS_AUD: audience }: ConsoleValues,
  sandbox: boolean,
): Result<AccessConfig | undefined, ConfigError> {
  if (team === undefined && audience === undefined) return ok(undefined);
  if (audience === undefined) return wrong("ACCESS_AUD", "must be set beside ACCESS_TEAM");
  const origin = teamOrigin(team ?? "", sandbox);
  return origin === undefined
    ? wrong("ACCESS_TEAM", "must be the team's name: acme of acme.cloudflareaccess.com")
    : ok({ team: origin, audience });
}
