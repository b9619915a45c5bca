import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import { actorOf } from "./connections.ts";
import { asAll, call, json, type Answer } from "./http.ts";
import { authorize, sandbox } from "./sandbox.ts";

export const fabrikam = FABRIKAM_TENANT;
export const contoso = CONTOSO_TENANT;

export const tenantId = (tenant: string): string => `tenant:${tenant}`;
/** What says so in a query. */
export const asTenant = (tenant: string): string => `connection=${tenantId(tenant)}`;

/** The tenants as they were: nobody has consented, and their connections have never been. */
export async function forgetTenants(): Promise<void> {
  await sandbox.reset();
  await forgetConnections();
}

/** The connections have never been; who consented has. */
export async function forgetConnections(): Promise<void> {
  for (const tenant of [fabrikam, contoso]) {
    await runInDurableObject(actorOf(tenantId(tenant)), async (_, ctx) => {
      await ctx.storage.deleteAll();
      ctx.abort("forgotten");
    }).catch((error: unknown) => error);
    await env.DB.prepare("DELETE FROM oauth_connections WHERE connection_id = ?")
      .bind(tenantId(tenant))
      .run();
  }
}

/** A tenant's administrator consents for everyone, application permissions included. */
export async function consentIn(tenant: string): Promise<void> {
  const url = new URL(`https://login.microsoftonline.com/${tenant}/v2.0/adminconsent`);
  url.searchParams.set("client_id", "11111111-2222-4333-8444-555555555555");
  url.searchParams.set("redirect_uri", "http://localhost:8787/callback/admin");
  url.searchParams.set("scope", "https://graph.microsoft.com/.default");
  const answer = await authorize(url.href, administratorOf(tenant));
  if (answer.get("admin_consent") !== "True" || answer.has("error")) {
    throw new Error(answer.toString());
  }
}

export const administratorOf = (tenant: string): string =>
  tenant === fabrikam ? "ida@fabrikam.example" : "ada@contoso.example";

/** Asks for an app-only connection as the deployer does. */
export const connect = (tenant: string): Promise<Answer> =>
  call("/connections", asAll(json("POST", { tenant_id: tenant })));

/** A tenant that is connected, its administrator having consented. */
export async function connectedTenant(tenant = fabrikam) {
  await consentIn(tenant);
  const answer = await connect(tenant);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return { id: tenantId(tenant), stub: actorOf(tenantId(tenant)), info: answer.body["data"] };
}
