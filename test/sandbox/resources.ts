import type { Audience } from "./world.ts";

export interface Resource {
  audience: Audience;
  displayName: string;
  /** Application id of Microsoft's own service, accepted in place of the URI. */
  appId: string;
  /** App ID URIs without a trailing slash: the global cloud's first, then the national clouds'. */
  uris: readonly string[];
  /** Whether the resource's manifest asks for `xms_cc`, so that its tokens can be challenged. */
  claimsCapable: boolean;
}

export const resources: readonly Resource[] = [
  {
    audience: "graph",
    displayName: "Microsoft Graph",
    appId: "00000003-0000-0000-c000-000000000000",
    uris: [
      "https://graph.microsoft.com",
      "https://graph.microsoft.us",
      "https://dod-graph.microsoft.us",
      "https://microsoftgraph.chinacloudapi.cn",
    ],
    claimsCapable: true,
  },
  {
    audience: "arm",
    displayName: "Azure Service Management",
    appId: "797f4846-ba00-4fd7-ba43-dac1f8f63013",
    uris: [
      "https://management.azure.com",
      "https://management.core.windows.net",
      "https://management.usgovcloudapi.net",
      "https://management.core.usgovcloudapi.net",
      "https://management.chinacloudapi.cn",
      "https://management.core.chinacloudapi.cn",
    ],
    claimsCapable: true,
  },
  {
    audience: "vault",
    displayName: "Azure Key Vault",
    appId: "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
    uris: ["https://vault.azure.net", "https://vault.usgovcloudapi.net", "https://vault.azure.cn"],
    claimsCapable: true,
  },
  {
    audience: "storage",
    displayName: "Azure Storage",
    appId: "e406a681-f3d4-42a8-90b6-c2b029497af1",
    uris: ["https://storage.azure.com"],
    claimsCapable: false,
  },
];

const accountUri =
  /^https:\/\/[a-z0-9]{3,24}\.blob\.core\.(windows\.net|usgovcloudapi\.net|chinacloudapi\.cn)$/;

/**
 * Finds the resource an App ID URI or application id stands for. A trailing slash is part of the
 * `aud` a client asked for, yet names the same resource.
 */
export function resourceByUri(uri: string): Resource | undefined {
  const name = uri.toLowerCase().replace(/\/$/, "");
  if (accountUri.test(name)) return resourceOf("storage");
  return resources.find((resource) => resource.appId === name || resource.uris.includes(name));
}

export function resourceOf(audience: Audience): Resource {
  const resource = resources.find((candidate) => candidate.audience === audience);
  if (!resource) throw new RangeError(`no resource ${audience} in the sandbox`);
  return resource;
}

/** The `aud` of a token nobody asked for by another URI. */
export function uriOf(audience: Audience): string {
  const [uri] = resourceOf(audience).uris;
  if (!uri) throw new RangeError(`resource ${audience} has no URI`);
  return uri;
}
