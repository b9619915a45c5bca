import * as z from "zod";
import type { Config } from "../config.ts";
import { connectionStatuses } from "../connection/contract.ts";
import type { Directory, DirectoryCount } from "../directory/directory.ts";
import { checkCredential, type CredentialCheck } from "../entra/credential-check.ts";
import { isSharedTenant } from "../entra/tenant.ts";
import { remedyActions } from "../remedy.ts";

const count = z.int().min(0);

export const appHealthSchema = z.object({
  client_id: z.string(),
  /** In the order of AZURE_CLIENT_SECRET. */
  credentials: z.array(
    z.object({
      position: z.int().min(1),
      /** Null: Entra could not be asked, or has no tenant yet that knows the application. */
      works: z.boolean().nullable(),
      aadsts: z.int().optional(),
    }),
  ),
  connections: z.object({
    total: count,
    /** Those whose last refresh failed because of the application's own credential. */
    waiting: count,
    waiting_since: z.iso.datetime().nullable(),
    by_status: z.record(z.enum(connectionStatuses), count),
    by_remedy: z.partialRecord(z.enum(remedyActions), count),
  }),
  /** Who is not told of events any more, and of how many connections. */
  paused_sinks: z.record(z.string(), count),
});
export type AppHealth = z.infer<typeof appHealthSchema>;

interface Tools {
  fetch: typeof globalThis.fetch;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/** Which of our own credentials work, asked just now, and how many connections wait for one that does. */
export async function appHealth(
  config: Config,
  directory: Directory,
  tools: Tools,
): Promise<AppHealth> {
  const [counts, paused, credentials] = await Promise.all([
    directory.counts(),
    directory.pausedSinks(),
    checkCredentials(config, directory, tools),
  ]);
  return {
    client_id: config.clientId,
    credentials: credentials.map((check, index) => ({ position: index + 1, ...check })),
    connections: summarize(counts),
    paused_sinks: paused,
  };
}

async function checkCredentials(
  config: Config,
  directory: Directory,
  tools: Tools,
): Promise<CredentialCheck[]> {
  const { cloud, clientId, clientSecrets, tenantId } = config;
  const tenant = isSharedTenant(tenantId) ? await directory.someTenant() : tenantId;
  return Promise.all(
    clientSecrets.map((clientSecret) =>
      tenant === undefined
        ? { works: null }
        : checkCredential({ cloud, clientId, clientSecret, tenant, ...tools }),
    ),
  );
}

/** Adds up the directory's groups. */
export function summarize(counts: readonly DirectoryCount[]): AppHealth["connections"] {
  const byStatus = { pending: 0, active: 0, degraded: 0, action_required: 0, disconnected: 0 };
  const byRemedy: AppHealth["connections"]["by_remedy"] = {};
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
