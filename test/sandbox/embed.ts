import {
  createControlClient,
  type ControlClient,
  type NewMessage,
  type NotificationPlay,
} from "./control-client.ts";
import { fetchOver } from "./embedded-fetch.ts";
import { portProblem } from "./loopback.ts";
import { userByName } from "./people.ts";
import { problemsOf } from "./problems.ts";
import type {
  Audience,
  Fault,
  FaultInput,
  Fetch,
  Settings,
  SettingsInput,
} from "./public-types.ts";
import type { LogEntry } from "./request-log.ts";
import { startSandboxServer } from "./server.ts";
import { settingsPatch } from "./settings.ts";

export * from "./constants.ts";
export type {
  ControlClient,
  Fault,
  FaultInput,
  Fetch,
  LogEntry,
  NewMessage,
  NotificationPlay,
  Settings,
  SettingsInput,
};

export interface StartSandboxOptions {
  /** Of http at localhost. Default: any free one. */
  port?: number | undefined;
  /** Of https at localhost. Default: any free one. */
  httpsPort?: number | undefined;
  /**
   * A seed: one request in ten (`settings.chaos_share`) gets an odd answer, the same ones in every
   * run. Default: none does.
   */
  chaos?: string | number | undefined;
  /** In place of the default settings, at the start and after each reset. */
  settings?: SettingsInput | undefined;
  /** A folder where keys, consents, revocations and subscriptions are kept. Default: they end with the process. */
  directory?: string | undefined;
}

/** Whose token, and for what. */
export interface TokenRequest {
  /** A sign-in name: `ada@contoso.example`. */
  user: string;
  /** Default: `graph`. */
  resource?: Audience;
  /** Delegated permissions, short names: `Mail.Read`. Default: `User.Read`; of others `user_impersonation`. */
  scopes?: readonly string[];
  /** Default: the user's home tenant. */
  tenantId?: string;
}

/** A Microsoft of one's own, until it is closed. */
export interface RunningSandbox extends ControlClient {
  /** `http://localhost:{port}`: Entra at its root, `/graph`, `/arm`, `/vault/{name}`. */
  url: string;
  /** The same by https, for SDKs that send no token otherwise. */
  httpsUrl: string;
  /** The authority behind the https certificate, in PEM: for `NODE_EXTRA_CA_CERTS`, or an agent's `ca`. */
  ca: string;
  /**
   * A `fetch` that answers Microsoft's host names and the sandbox's own without a network, and
   * passes everything else on to the `fetch` there was at the start. Rejects with a TypeError where
   * the connection is played to break.
   */
  fetch: Fetch;
  /** An access token without a sign-in. @throws RangeError for a user whom the sandbox does not know */
  accessToken(request: TokenRequest): Promise<string>;
  close(): Promise<void>;
}

/**
 * Starts a sandbox for the tests of a program: Entra ID, Graph, Resource Manager and Key Vault, with
 * no account and nothing kept.
 *
 * @throws Error naming the setting that is wrong, or the port that cannot be had
 */
export async function startSandbox(options: StartSandboxOptions = {}): Promise<RunningSandbox> {
  const { port = 0, httpsPort = 0, chaos, directory } = options;
  const asked = { ...options.settings, ...(chaos === undefined ? {} : { chaos }) };
  const settings = settingsPatch.safeParse(asked);
  if (!settings.success) throw new Error(`settings: ${problemsOf(settings.error)}`);
  const network = globalThis.fetch;
  const server = await startSandboxServer({
    port,
    httpsPort,
    directory,
    settings: settings.data,
  }).catch(async (cause: unknown) => {
    for (const wanted of [port, httpsPort]) {
      const problem = wanted === 0 ? undefined : await portProblem(wanted);
      if (problem) throw new Error(`port ${wanted} ${problem}`, { cause });
    }
    throw cause;
  });
  const { url, httpsUrl, ca, sandbox } = server;
  return {
    url,
    httpsUrl,
    ca,
    ...createControlClient((request) => sandbox.fetch(request), url),
    fetch: fetchOver(sandbox, { origins: [url, httpsUrl], network }),
    accessToken: async ({ user, resource = "graph", scopes, tenantId }) => {
      if (!userByName(user)) throw new RangeError(`no such user in the sandbox: ${user}`);
      const usual = resource === "graph" ? "User.Read" : "user_impersonation";
      const issued = await sandbox.issueAccessToken({
        audience: resource,
        user,
        scopes: scopes ?? [usual],
        tenantId,
      });
      return issued.token;
    },
    close: server.close,
  };
}
