export interface Cloud {
  /** What Entra calls itself. */
  instance: string;
  /** The login host first, then its aliases. */
  loginHosts: readonly string[];
  preferredCache: string;
  graph: string;
  graphHosts: readonly string[];
  armHosts: readonly string[];
  vaultSuffix: string;
  blobSuffix: string;
}

const globalCloud: Cloud = {
  instance: "microsoftonline.com",
  loginHosts: [
    "login.microsoftonline.com",
    "login.windows.net",
    "login.microsoft.com",
    "sts.windows.net",
  ],
  preferredCache: "login.windows.net",
  graph: "graph.microsoft.com",
  graphHosts: ["graph.microsoft.com"],
  armHosts: ["management.azure.com", "management.core.windows.net"],
  vaultSuffix: ".vault.azure.net",
  blobSuffix: ".blob.core.windows.net",
};

export const clouds: readonly Cloud[] = [
  globalCloud,
  {
    instance: "microsoftonline.us",
    loginHosts: ["login.microsoftonline.us", "login.usgovcloudapi.net"],
    preferredCache: "login.microsoftonline.us",
    graph: "graph.microsoft.us",
    graphHosts: ["graph.microsoft.us", "dod-graph.microsoft.us"],
    armHosts: ["management.usgovcloudapi.net"],
    vaultSuffix: ".vault.usgovcloudapi.net",
    blobSuffix: ".blob.core.usgovcloudapi.net",
  },
  {
    instance: "partner.microsoftonline.cn",
    loginHosts: ["login.partner.microsoftonline.cn", "login.chinacloudapi.cn"],
    preferredCache: "login.partner.microsoftonline.cn",
    graph: "microsoftgraph.chinacloudapi.cn",
    graphHosts: ["microsoftgraph.chinacloudapi.cn"],
    armHosts: ["management.chinacloudapi.cn"],
    vaultSuffix: ".vault.azure.cn",
    blobSuffix: ".blob.core.chinacloudapi.cn",
  },
];

/** The cloud an origin belongs to; a local origin plays the global one. */
export function cloudOf(origin: string): Cloud {
  const { hostname } = new URL(origin);
  return clouds.find((cloud) => cloud.loginHosts.includes(hostname)) ?? globalCloud;
}

export type ServiceName = "entra" | "graph" | "storage" | "arm" | "vault" | "blob" | "control";

export interface Place {
  service: ServiceName;
  /** Origin and prefix, without a slash at the end. */
  base: string;
  /** The path as the service sees it. */
  path: string;
}

const storageHost = "contoso-my.sharepoint.com";
const localHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

export const isLocal = (origin: string): boolean => localHosts.has(new URL(origin).hostname);

const control = /^\/_sandbox(?=\/|$)/;
const localPrefix = /^\/(graph|arm|vault\/[^/]+)(?=\/|$)/;

function localPlace(url: URL): Place {
  const prefix = localPrefix.exec(url.pathname)?.[0];
  if (prefix === undefined) return { service: "entra", base: url.origin, path: url.pathname };
  const service = prefix.startsWith("/vault/") ? "vault" : prefix === "/arm" ? "arm" : "graph";
  const path = url.pathname.slice(prefix.length) || "/";
  return { service, base: url.origin + prefix, path };
}

/** Which service a URL belongs to: by Microsoft's host names, or by path at a local origin. */
export function placeOf(url: URL): Place | undefined {
  const { hostname, origin, pathname: path } = url;
  if (control.test(path)) {
    return {
      service: "control",
      base: `${origin}/_sandbox`,
      path: path.replace(control, "") || "/",
    };
  }
  if (localHosts.has(hostname)) return localPlace(url);
  // Where Graph sends for the contents of files; a local origin serves them under Graph's prefix.
  if (hostname === storageHost) return { service: "storage", base: origin, path };
  for (const cloud of clouds) {
    if (cloud.loginHosts.includes(hostname)) {
      // Aliases answer in the name of the host they stand for.
      return { service: "entra", base: `https://${cloud.loginHosts[0]}`, path };
    }
    if (cloud.graphHosts.includes(hostname)) return { service: "graph", base: origin, path };
    if (cloud.armHosts.includes(hostname)) return { service: "arm", base: origin, path };
    if (hostname.endsWith(cloud.vaultSuffix)) return { service: "vault", base: origin, path };
    if (hostname.endsWith(cloud.blobSuffix)) return { service: "blob", base: origin, path };
  }
  return undefined;
}
