import { isAzureError, type AzureBinding } from "azure-integration-worker";
import { digest, newestMail, resourceGroups } from "./microsoft.ts";
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

/** What browsers ask of the Azure Integration Worker: sign-ins, and their user's connection. */
const azureRoutes = /^\/(connect|callback|reconnect|connections|health)(\/|$)/;

/** Your own session says who this is. Here it is always the same person. */
const signedInUser = (_request: Request, env: Env): string | undefined => env.SIGNED_IN_USER;

const routes: Record<string, (env: Env, userId: string) => Promise<Response>> = {
  // #region session
  "POST /session": async (env, userId) => {
    const scopes = ["connections:read" as const, "connections:write" as const];
    const { token } = await env.AZURE.createSession({ userId, scopes });
    return Response.json({ userId, token });
  },
  // #endregion
  "GET /inbox": newestMail,
  "GET /groups": async (env, userId) => Response.json({ value: await resourceGroups(env, userId) }),
  "GET /notes": async (env, userId) =>
    Response.json({ value: [{ subject: await env.NOTES.get(`user:${userId}`) }] }),
};

export default {
  async fetch(request, env) {
    const { pathname } = new URL(request.url);
    if (azureRoutes.test(pathname)) return env.AZURE_FRONT.fetch(request);
    if (pathname === "/webhook") return received(request, env);
    const route = routes[`${request.method} ${pathname}`];
    const userId = signedInUser(request, env);
    if (!route || !userId) return new Response("Not found.", { status: 404 });
    return route(env, userId).catch((error: unknown) => {
      if (!isAzureError(error)) throw error;
      return Response.json({ error: { message: error.message } }, { status: error.status });
    });
  },

  async scheduled(_event, env) {
    // Everybody of your own table of users.
    for (const userId of [env.SIGNED_IN_USER]) {
      const text = await digest(env, userId).catch((error: unknown) => `No digest: ${error}`);
      await env.NOTES.put(`user:${userId}`, text); // or mail it
    }
  },
} satisfies ExportedHandler<Env>;
