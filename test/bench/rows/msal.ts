import {
  ConfidentialClientApplication,
  type AccountInfo,
  type ICachePlugin,
  type INetworkModule,
  type NetworkRequestOptions,
} from "@azure/msal-node";
import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import type { Sandbox } from "../../sandbox/index.ts";

const redirectUri = "http://localhost:8787/callback";
const scopes = ["User.Read"];
/** Callers of msal-node, all over one shared token cache. */
export interface MsalCallers {
  /** Everybody asks for a token at once, each at one of so many application objects. */
  ask(callers: number, applications: number, options: { forceRefresh: boolean }): Promise<void>;
}

/** Signs a user in through msal-node, whose requests go straight to the sandbox. */
export async function msalCallers(sandbox: Sandbox, account: string): Promise<MsalCallers> {
  let shared = "";
  const cachePlugin: ICachePlugin = {
    beforeCacheAccess: async ({ tokenCache }) => tokenCache.deserialize(shared),
    afterCacheAccess: async ({ tokenCache, cacheHasChanged }) => {
      if (cacheHasChanged) shared = tokenCache.serialize();
    },
  };
  const application = () =>
    new ConfidentialClientApplication({
      auth: { clientId: CLIENT_ID, clientSecret: CLIENT_SECRET },
      cache: { cachePlugin },
      system: { networkClient: networkOf(sandbox) },
    });
  const signedIn = await signIn(application(), sandbox, account);
  return {
    async ask(callers, count, { forceRefresh }) {
      const applications = Array.from({ length: count }, application);
      await Promise.all(
        Array.from({ length: callers }, (_, caller) =>
          (applications[caller % count] ?? application()).acquireTokenSilent({
            account: signedIn,
            scopes,
            forceRefresh,
          }),
        ),
      );
    },
  };
}

async function signIn(
  application: ConfidentialClientApplication,
  sandbox: Sandbox,
  account: string,
): Promise<AccountInfo> {
  const url = new URL(await application.getAuthCodeUrl({ scopes, redirectUri }));
  url.searchParams.set("sandbox_account", account);
  url.searchParams.set("sandbox_decision", "approve");
  const { headers } = await sandbox.fetch(new Request(url));
  const code = new URL(headers.get("location") ?? "about:blank").searchParams.get("code") ?? "";
  const answer = await application.acquireTokenByCode({ code, scopes, redirectUri });
  if (answer.account === null) throw new Error("msal-node signed nobody in");
  return answer.account;
}

function networkOf(sandbox: Sandbox): INetworkModule {
  const send = async <Body>(method: string, url: string, options: NetworkRequestOptions = {}) => {
    const { headers = {}, body } = options;
    const response = await sandbox.fetch(
      new Request(url, { method, headers, ...(body !== undefined && { body }) }),
    );
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      // The caller says what it expects, as in msal-node's own client.
      body: (await response.json()) as Body,
    };
  };
  return {
    sendGetRequestAsync: (url, options) => send("GET", url, options),
    sendPostRequestAsync: (url, options) => send("POST", url, options),
  };
}
