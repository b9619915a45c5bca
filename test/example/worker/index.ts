// #region imports
import { azure, AzureError, type AzureBinding } from "azure-integration-worker";
import { ArmClient } from "azure-integration-worker/arm";
import { GraphClient } from "azure-integration-worker/graph";
// #endregion
import { received } from "./webhook.ts";

export interface Env {
  AZURE: AzureBinding;
  AZURE_FRONT: Fetcher;
  NOTES: KVNamespace;
  SIGNED_IN_USER: string;
  WEBHOOK_SECRET: string;
  GRAPH_ENDPOINT: string;
  ARM_ENDPOINT: string;
}

/** What browsers ask of the Azure Integration Worker itself: sign-ins, and the connection. */
const azureRoutes = /^\/(connect|callback|reconnect|admin-consent|connections|health)(\/|$)/;

/** The user of your own session. Here it is always the same person. */
const signedInUser = (_request: Request, env: Env): string => env.SIGNED_IN_USER;

/** Everybody whose mail is read every morning: of your own table of users. */
const users = (env: Env): string[] => [env.SIGNED_IN_USER];

// #region session
async function session(env: Env, userId: string): Promise<Response> {
  const scopes = ["connections:read" as const, "connections:write" as const];
  const { token } = await env.AZURE.createSession({ userId, scopes });
  return Response.json({ userId, token });
}
// #endregion

// #region inbox
async function inbox(env: Env, userId: string): Promise<Response> {
  const ada = azure(env.AZURE, { userId }); // a fetch that is signed in as the user; one per request
  return ada.fetch("https://graph.microsoft.com/v1.0/me/mailFolders/inbox/messages?$top=5");
}
// #endregion

// #region digest
async function digest(env: Env, userId: string): Promise<string> {
  const graph = new GraphClient(azure(env.AZURE, { userId }), { endpoint: env.GRAPH_ENDPOINT });
  const subjects: string[] = [];
  for await (const { subject } of graph.messages.list({ folder: "inbox", filter: "isRead eq false" })) {
    subjects.push(subject ?? "(no subject)"); // page after page; it waits and retries as Microsoft asks
  }
  return `${subjects.length} unread: ${subjects.join(", ")}`;
}
// #endregion

// #region groups
async function groups(env: Env, userId: string): Promise<string[]> {
  const arm = new ArmClient(azure(env.AZURE, { userId }), { endpoint: env.ARM_ENDPOINT });
  const names: string[] = [];
  for await (const { subscriptionId, displayName } of arm.subscriptions.list()) {
    for await (const { name } of arm.resourceGroups.list(subscriptionId ?? "")) {
      names.push(`${displayName} / ${name}`);
    }
  }
  return names;
}
// #endregion

async function notes(env: Env, userId: string): Promise<string[]> {
  const names = [`digest of ${userId}`, `user:${userId}`];
  const found = await Promise.all(names.map((name) => env.NOTES.get(name)));
  return found.filter((note) => note !== null);
}

async function answer(request: Request, env: Env): Promise<Response> {
  const { pathname } = new URL(request.url);
  if (azureRoutes.test(pathname)) return env.AZURE_FRONT.fetch(request);
  const userId = signedInUser(request, env);
  switch (`${request.method} ${pathname}`) {
    case "POST /session":
      return session(env, userId);
    case "GET /inbox":
      return inbox(env, userId);
    case "GET /groups":
      return Response.json({ value: await groups(env, userId) });
    case "GET /notes":
      return Response.json({ value: await notes(env, userId) });
    case "POST /webhook":
      return received(request, env);
    default:
      return new Response("Not found", { status: 404 });
  }
}

export default {
  fetch: (request, env) =>
    answer(request, env).catch((error: unknown) => {
      if (!(error instanceof AzureError)) throw error;
      const { status, code, message, remedy } = error;
      return Response.json({ error: { code, message, remedy } }, { status });
    }),

  async scheduled(_event, env) {
    for (const userId of users(env)) {
      const text = await digest(env, userId).catch((error: unknown) => `No digest: ${error}`);
      await env.NOTES.put(`digest of ${userId}`, text);
    }
  },
} satisfies ExportedHandler<Env>;
