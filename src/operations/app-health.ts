import { defined } from "../contract/defined.ts";
import { getAppHealth } from "../api/health.ts";
import { certificateWarnings } from "../config/certificate-warnings.ts";
import type { Config } from "../config/config.ts";
import { federationCredentials } from "../config/credentials.ts";
import { jurisdictionChanged } from "../config/jurisdiction.ts";
import type { AppHealth, Problem } from "../contract/app-health.ts";
import { AzureError, type Failure } from "../contract/errors.ts";
import type { DirectoryCount } from "../directory/census.ts";
import { directoryOf, type Directory } from "../directory/directory.ts";
import { checkCredential, type CredentialCheck } from "../entra/credential-check.ts";
import { credentialId, type Credential } from "../entra/credential.ts";
import { isSharedTenant } from "../entra/tenant.ts";
import { missingBindings } from "../platform/bindings.ts";
import type { Environment } from "../platform/env.ts";
import { serve } from "./serve.ts";

export const health = [
  serve(getAppHealth, ({ config, env, now }) =>
    appHealth(config, env, { fetch: (input, init) => fetch(input, init), now }),
  ),
] as const;

interface Tools {
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Which of our own credentials work, asked just now, how many connections wait for one that does, and
 * what of the deployment is missing. It never fails for what it is there to report.
 */
export async function appHealth(
  config: Config,
  env: Environment,
  tools: Tools,
): Promise<AppHealth> {
  const report = new DirectoryReport(directoryOf(env));
  const [held, counts, paused, credentials, warnings] = await Promise.all([
    report.read((directory) => directory.placement.read()),
    report.read((directory) => directory.census.counts()),
    report.read((directory) => directory.census.pausedSinks()),
    checkCredentials(config, report, tools),
    certificateWarnings(config.credentials, tools.now()),
  ]);
  const moved = held === undefined ? undefined : jurisdictionChanged(config.jurisdiction, held);
  const ending = warnings.map(({ failure }) => failure);
  const found = [...missingBindings(env), ...(moved ? [moved] : []), ...report.failures];
  const problems = [...found, ...ending].map(problemOf);
  return {
    client_id: config.clientId,
    problems: [...new Map(problems.map((problem) => [problem.error, problem])).values()],
    credentials,
    connections: counts === undefined ? null : summarize(counts),
    paused_sinks: paused ?? null,
  };
}

/** Reads the directory as far as it can be read, and keeps why it could not. */
class DirectoryReport {
  readonly failures: Failure[] = [];
  readonly #directory: Directory | undefined;

  constructor(directory: Directory | undefined) {
    this.#directory = directory;
  }

  /** @returns undefined when the directory is missing or cannot be read */
  async read<Value>(work: (directory: Directory) => Promise<Value>): Promise<Value | undefined> {
    try {
      return this.#directory && (await work(this.#directory));
    } catch (error) {
      if (!(error instanceof AzureError)) throw error;
      this.failures.push(error);
      return undefined;
    }
  }
}

function problemOf({ message, details = {} }: Failure): Problem {
  const { variable, reason, table, column, command } = details;
  return {
    error: message,
    ...defined({ variable, reason, table, column, command }),
  };
}

async function checkCredentials(
  config: Config,
  report: DirectoryReport,
  tools: Tools,
): Promise<AppHealth["credentials"]> {
  const { cloud, clientId, tenantId } = config;
  const tenant = isSharedTenant(tenantId)
    ? await report.read((directory) => directory.someTenant())
    : tenantId;
  const check = async (credential: Credential): Promise<CredentialCheck> =>
    tenant === undefined
      ? { works: null }
      : checkCredential({ cloud, clientId, credential, tenant, ...tools });
  return Promise.all(
    checkable(config).map(async (credential) => ({
      kind: credential.kind,
      id: await credentialId(credential),
      ...(credential.kind === "certificate" && {
        not_after: new Date(credential.certificate.notAfter).toISOString(),
      }),
      ...(await check(credential)),
    })),
  );
}

/** The credentials, and the published keys that are to sign later: one sees whether they would work. */
function checkable({ credentials, federation }: Config): Credential[] {
  const [, ...later] = federation === undefined ? [] : federationCredentials(federation);
  return credentials.flatMap((credential) =>
    credential.kind === "federation" ? [credential, ...later] : [credential],
  );
}

/** Adds up the directory's groups. */
export function summarize(
  counts: readonly DirectoryCount[],
): NonNullable<AppHealth["connections"]> {
  const byStatus = { pending: 0, active: 0, degraded: 0, action_required: 0, disconnected: 0 };
  const byRemedy: NonNullable<AppHealth["connections"]>["by_remedy"] = {};
  for (const { status, remedyAction, connections } of counts) {
    byStatus[status] += connections;
    if (remedyAction === null) continue;
    byRemedy[remedyAction] = (byRemedy[remedyAction] ?? 0) + connections;
  }
  const waiting = counts.filter(({ remedyAction }) => remedyAction === "fix_app");
  return {
    total: counts.reduce((sum, { connections }) => sum + connections, 0),
    waiting: byRemedy.fix_app ?? 0,
    waiting_since: waiting.map(({ since }) => since).sort()[0] ?? null,
    by_status: byStatus,
    by_remedy: byRemedy,
  };
}
