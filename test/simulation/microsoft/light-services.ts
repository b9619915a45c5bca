import {
  CONTOSO_SUBSCRIPTION,
  CONTOSO_TENANT,
  FABRIKAM_SUBSCRIPTION,
  FABRIKAM_TENANT,
} from "../../sandbox/constants.ts";
import type { Audience } from "../../sandbox/world.ts";
import type { WatchedPart } from "../model/microsoft.ts";
import { WatchedGraph } from "../watches/graph.ts";
import type { LightWorld } from "./light-world.ts";

const audiences: readonly [suffix: string, audience: Audience][] = [
  ["graph.microsoft.com", "graph"],
  ["management.azure.com", "arm"],
  [".vault.azure.net", "vault"],
  [".blob.core.windows.net", "storage"],
];

/** The service that answers at a host. */
export const audienceAt = (hostname: string): Audience | undefined =>
  audiences.find(([suffix]) => hostname.endsWith(suffix))?.[1];

const tenants: readonly [part: string, tenantId: string][] = [
  [CONTOSO_SUBSCRIPTION, CONTOSO_TENANT],
  [FABRIKAM_SUBSCRIPTION, FABRIKAM_TENANT],
  ["//contoso", CONTOSO_TENANT],
  ["//fabrikam", FABRIKAM_TENANT],
];

/** In which tenant lives what a URL names, where it is one alone. */
export const tenantAt = (url: string): string | undefined =>
  tenants.find(([part]) => url.includes(part))?.[1];

/** Where files are kept: a link there needs no token. */
const files = "https://contoso-my.sharepoint.com/light";

/** To where Graph sends for a file, by the name of the file. */
const locations: Readonly<Record<string, string>> = {
  file: `${files}/file`,
  moved: `${files}/moved`,
  expired: `${files}/expired`,
  loop: `${files}/loop`,
  broken: `${files}/broken`,
  plain: "http://contoso-my.sharepoint.com/light/file",
  nowhere: "https://[",
  own: "https://graph.microsoft.com/v1.0/me",
  vault: "https://contoso-kv.vault.azure.net/secrets/elsewhere",
};
const fileContent = /^\/v1\.0\/me\/drive\/items\/(\w+)\/content$/;

/** A claim that no token meets: its user has to sign in anew. */
const unmet = btoa(JSON.stringify({ access_token: { acrs: { essential: true, value: "c1" } } }));

/**
 * A service's answer to a call whose token is good.
 *
 * @returns undefined for a call of another tenant's, which the sandbox refuses
 */
export async function serveCall(
  world: LightWorld,
  request: Request,
  { audience, watched }: { audience: Audience; watched: WatchedPart | undefined },
): Promise<Response | undefined> {
  const authenticated = await world.authenticate(request, audience);
  const tenantId = tenantAt(request.url);
  if (!authenticated.ok) return undefined;
  if (tenantId !== undefined && tenantId !== authenticated.caller.tenantId) return undefined;
  const { kind, roles } = authenticated.caller;
  if (audience === "graph" && kind === "app" && roles.size === 0) {
    return Response.json({ error: { code: "Authorization_RequestDenied" } }, { status: 403 });
  }
  const { user } = authenticated.caller;
  if (watched !== undefined && user !== undefined && WatchedGraph.asks(request)) {
    return watched(request, user.upn);
  }
  const { pathname } = new URL(request.url);
  const [, file] = fileContent.exec(pathname) ?? [];
  if (file !== undefined) {
    const location = locations[file];
    return new Response(null, { status: 302, headers: location === undefined ? {} : { location } });
  }
  if (pathname.endsWith("/stepUp")) {
    const challenge = `Bearer error="insufficient_claims", claims="${unmet}"`;
    return Response.json({}, { status: 401, headers: { "www-authenticate": challenge } });
  }
  const received = (await request.arrayBuffer()).byteLength;
  return Response.json(
    { value: [], received },
    {
      headers: {
        "set-cookie": "service=1",
        "x-azure-ref": "edge",
        ...(audience === "arm" && { "x-ms-ratelimit-remaining-tenant-reads": "11999" }),
      },
    },
  );
}

/** What is got by a link alone; undefined where nobody answers. */
export function serveLink(request: Request): Response | undefined {
  switch (request.url.slice(files.length)) {
    case "/file":
      return new Response("content");
    case "/moved":
      return new Response(null, { status: 307, headers: { location: `${files}/file` } });
    case "/loop":
      return new Response(null, { status: 302, headers: { location: `${files}/loop` } });
    case "/expired":
      return new Response(null, { status: 403 });
    case "/broken":
      throw new TypeError("Network connection lost.");
    default:
      return undefined;
  }
}
