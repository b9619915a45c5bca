/** The sandbox as the tests steer it; the pool sends every outgoing request there. */

const control = "https://login.microsoftonline.com/_sandbox";

export interface LoggedRequest {
  seq: number;
  time: string;
  method: string;
  url: string;
  status: number;
  started_at: number;
  ended_at?: number;
  grant_type?: string;
  scope?: string;
  user?: string;
}

/** A subscription of Graph's. */
export interface SandboxSubscription {
  id: string;
  resource: string;
  changeType: string;
  notificationUrl: string;
  clientState: string;
  expirationDateTime: string;
  includeResourceData: boolean | null;
  encryptionCertificateId: string | null;
}

async function send(method: string, path: string, body?: unknown): Promise<Response> {
  const response = await fetch(`${control}${path}`, {
    method,
    ...(body !== undefined && {
      body: JSON.stringify(body),
      headers: { "content-type": "application/json" },
    }),
  });
  if (!response.ok)
    throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response;
}

let newest = 0;

export const sandbox = {
  async requests(after = 0): Promise<LoggedRequest[]> {
    const body = await (
      await send("GET", `/requests?after=${after}`)
    ).json<{ requests: LoggedRequest[] }>();
    return body.requests;
  },
  /** The sequence number of the newest request, to count from. */
  async mark(): Promise<number> {
    newest = (await sandbox.requests(newest)).at(-1)?.seq ?? newest;
    return newest;
  },
  async tokenPosts(after = 0): Promise<LoggedRequest[]> {
    const requests = await sandbox.requests(after);
    return requests.filter(
      ({ method, url }) => method === "POST" && url.includes("/oauth2/v2.0/token"),
    );
  },
  fault: (fault: Record<string, unknown>) => send("POST", "/faults", fault),
  settings: (settings: Record<string, unknown>) => send("PATCH", "/settings", settings),
  revoke: (user: string, resource?: string) =>
    send("POST", "/revoke", { user, ...(resource !== undefined && { resource }) }),
  /** Any other control of the sandbox. */
  control: send,
  reset: () => send("POST", "/reset", {}),
  message: (message: Record<string, unknown>) => send("POST", "/messages", message),
  /** Plays something to a subscription of Graph's. */
  notification: (play: Record<string, unknown>) => send("POST", "/notifications", play),
  async subscriptions(): Promise<SandboxSubscription[]> {
    const answer = await send("GET", "/subscriptions");
    return (await answer.json<{ subscriptions: SandboxSubscription[] }>()).subscriptions;
  },
  /** Graph no longer has it, and tells nobody. */
  forget: (subscription: string) => send("DELETE", `/subscriptions/${subscription}`),
};

/** Goes through Entra as a person would, and gives the query its redirect brought back. */
export async function authorize(
  authUrl: string,
  account = "ada@contoso.example",
  decision: "approve" | "deny" = "approve",
): Promise<URLSearchParams> {
  const url = new URL(authUrl);
  url.searchParams.set("sandbox_account", account);
  url.searchParams.set("sandbox_decision", decision);
  const response = await fetch(url, { redirect: "manual" });
  const location = response.headers.get("location");
  if (location === null)
    throw new Error(`no redirect: ${response.status} ${await response.text()}`);
  return new URL(location).searchParams;
}
