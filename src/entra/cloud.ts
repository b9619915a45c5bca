import { err, ok, type Result } from "../contract/result.ts";
import { withoutEndSlashes } from "../http/link.ts";
import { isLoopback } from "../http/url.ts";

export type CloudName = "global" | "usgov" | "usgovdod" | "china" | "sandbox";

/** One Microsoft cloud: where its services answer and what its tokens are called. */
export interface Cloud {
  name: CloudName;
  /** Origin, no trailing slash: `https://login.microsoftonline.com`. */
  authorityHost: string;
  /** No trailing slash; holds a path in the sandbox: `http://localhost:8788/graph`. */
  graphEndpoint: string;
  armEndpoint: string;
  /** `vault.azure.net`: a vault answers at `https://{name}.{vaultSuffix}`. */
  vaultSuffix: string;
  blobSuffix: string;
  /** Sandbox only: a vault answers at `{vaultEndpoint}/{name}`. */
  vaultEndpoint?: string;
  /** App ID URIs, no trailing slash. */
  audiences: { graph: string; arm: string; vault: string; storage: string };
  /** The `aud` of an assertion that a federated credential of this cloud accepts. */
  federationAudience: string;
}

type MicrosoftCloud = Exclude<CloudName, "sandbox">;

const global: Cloud = {
  name: "global",
  authorityHost: "https://login.microsoftonline.com",
  graphEndpoint: "https://graph.microsoft.com",
  armEndpoint: "https://management.azure.com",
  vaultSuffix: "vault.azure.net",
  blobSuffix: "blob.core.windows.net",
  audiences: {
    graph: "https://graph.microsoft.com",
    arm: "https://management.azure.com",
    vault: "https://vault.azure.net",
    storage: "https://storage.azure.com",
  },
  federationAudience: "api://AzureADTokenExchange",
};

const usgov: Cloud = {
  name: "usgov",
  authorityHost: "https://login.microsoftonline.us",
  graphEndpoint: "https://graph.microsoft.us",
  armEndpoint: "https://management.usgovcloudapi.net",
  vaultSuffix: "vault.usgovcloudapi.net",
  blobSuffix: "blob.core.usgovcloudapi.net",
  audiences: {
    graph: "https://graph.microsoft.us",
    arm: "https://management.usgovcloudapi.net",
    vault: "https://vault.usgovcloudapi.net",
    storage: "https://storage.azure.com",
  },
  federationAudience: "api://AzureADTokenExchangeUSGov",
};

export const clouds: Readonly<Record<MicrosoftCloud, Cloud>> = {
  global,
  usgov,
  usgovdod: {
    ...usgov,
    name: "usgovdod",
    graphEndpoint: "https://dod-graph.microsoft.us",
    audiences: { ...usgov.audiences, graph: "https://dod-graph.microsoft.us" },
  },
  china: {
    name: "china",
    authorityHost: "https://login.partner.microsoftonline.cn",
    graphEndpoint: "https://microsoftgraph.chinacloudapi.cn",
    armEndpoint: "https://management.chinacloudapi.cn",
    vaultSuffix: "vault.azure.cn",
    blobSuffix: "blob.core.chinacloudapi.cn",
    audiences: {
      graph: "https://microsoftgraph.chinacloudapi.cn",
      arm: "https://management.chinacloudapi.cn",
      vault: "https://vault.azure.cn",
      storage: "https://storage.azure.com",
    },
    federationAudience: "api://AzureADTokenExchangeChina",
  },
};

export const cloudNames = ["global", "usgov", "usgovdod", "china", "sandbox"] as const;

export interface CloudOverrides {
  AZURE_AUTHORITY_HOST?: string | undefined;
  AZURE_GRAPH_ENDPOINT?: string | undefined;
  AZURE_RESOURCE_MANAGER_ENDPOINT?: string | undefined;
}

type EndpointField = "authorityHost" | "graphEndpoint" | "armEndpoint";

const overridable: readonly [keyof CloudOverrides, EndpointField][] = [
  ["AZURE_AUTHORITY_HOST", "authorityHost"],
  ["AZURE_GRAPH_ENDPOINT", "graphEndpoint"],
  ["AZURE_RESOURCE_MANAGER_ENDPOINT", "armEndpoint"],
];

/**
 * The cloud with the deployment's own endpoints in place. The sandbox is nothing without all three,
 * on loopback; a Microsoft cloud takes only https hosts of its own, so that no wrong variable can
 * send a secret or a token elsewhere.
 *
 * @returns the cloud, or the variable that contradicts it and what was expected there.
 */
export function resolveCloud(
  name: CloudName,
  overrides: CloudOverrides,
): Result<Cloud, { variable: string; expected: string }> {
  const cloud: Cloud = name === "sandbox" ? { ...global, name } : { ...clouds[name] };
  for (const [variable, field] of overridable) {
    const value = overrides[variable];
    if (value === undefined || value === "") {
      if (name !== "sandbox") continue;
      return err({ variable, expected: "a loopback URL, because AZURE_CLOUD is sandbox" });
    }
    const allowed =
      name === "sandbox" ? sandboxEndpoint(value, field) : microsoftEndpoint(value, cloud, field);
    if (!allowed.ok) return err({ variable, expected: allowed.error });
    cloud[field] = allowed.value;
  }
  if (name === "sandbox") cloud.vaultEndpoint = `${cloud.authorityHost}/vault`;
  return ok(cloud);
}

function sandboxEndpoint(value: string, field: EndpointField): Result<string, string> {
  const url = bareUrl(value);
  if (url === undefined || !isLoopback(url.hostname)) {
    return err("a loopback URL such as http://localhost:8788, because AZURE_CLOUD is sandbox");
  }
  if (field === "authorityHost" && url.pathname !== "/")
    return err("an origin without a path, because AZURE_CLOUD is sandbox");
  return ok(withoutEndSlashes(url.href));
}

function microsoftEndpoint(
  value: string,
  cloud: Cloud,
  field: EndpointField,
): Result<string, string> {
  const own = new URL(cloud[field]);
  const url = bareUrl(value);
  // Tokens name the authority's one host as their issuer; Graph and ARM also have regional hosts.
  const ownHost =
    url?.host === own.host || (field !== "authorityHost" && url?.host.endsWith(`.${own.host}`));
  if (url?.protocol !== "https:" || ownHost !== true || url.pathname !== "/") {
    return err(`${own.origin}, because AZURE_CLOUD is ${cloud.name}`);
  }
  return ok(url.origin);
}

function bareUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined;
  return url.username || url.password || url.search || url.hash ? undefined : url;
}
