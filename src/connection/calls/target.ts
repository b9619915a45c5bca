import { isResourceGraph, subscriptionOf } from "../../arm/throttle-scope.ts";
import type { Cloud } from "../../entra/cloud.ts";
import { failure } from "../../contract/errors.ts";
import { err, ok } from "../../contract/result.ts";
import type { Outcome } from "../../contract/connection-rpc.ts";

interface GraphTarget {
  resource: "graph";
  url: URL;
}
interface ArmTarget {
  resource: "arm";
  url: URL;
  /** Absent: the call is for the tenant. */
  subscription: string | undefined;
  /** Whether it is a query of Resource Graph. */
  resourceGraph: boolean;
}
interface StoreTarget {
  resource: "vault" | "storage";
  url: URL;
  /** Of the vault or storage account. */
  name: string;
}

/** Where a call goes, and whose token it carries. */
export type Target = GraphTarget | ArmTarget | StoreTarget;

const label = /^[a-z0-9-]{3,24}$/;

/** Names what may live in another tenant than the grant: a subscription, a vault, an account. */
export function tenantScopeOf(target: Target): string | undefined {
  switch (target.resource) {
    case "graph":
      return undefined;
    case "arm":
      return target.subscription && `arm:${target.subscription}`;
    case "vault":
    case "storage":
      return `${target.resource}:${target.name}`;
  }
}

/** `{name}.{suffix}` with a plain name, or undefined. */
function accountOf(url: URL, suffix: string): string | undefined {
  if (url.protocol !== "https:" || url.port !== "" || !url.hostname.endsWith(`.${suffix}`)) {
    return undefined;
  }
  const name = url.hostname.slice(0, -suffix.length - 1);
  return label.test(name) ? name : undefined;
}

/** A deployment has five endpoints, which every call is held against. */
const bases = new Map<string, { origin: string; prefix: string }>();

function baseOf(endpoint: string): { origin: string; prefix: string } {
  let base = bases.get(endpoint);
  if (base === undefined) {
    const { origin, pathname } = new URL(endpoint);
    base = { origin, prefix: pathname === "/" ? "" : pathname };
    bases.set(endpoint, base);
  }
  return base;
}

/** What follows `endpoint` in `url`, or undefined when it lies elsewhere. */
function pathUnder(endpoint: string, url: URL): Pick<URL, "pathname" | "search"> | undefined {
  const { origin, prefix } = baseOf(endpoint);
  if (url.origin !== origin) return undefined;
  if (!url.pathname.startsWith(`${prefix}/`)) return undefined;
  return { pathname: url.pathname.slice(prefix.length), search: url.search };
}

/**
 * Finds the configured endpoint a URL lies under; anything else is refused before a token exists.
 * In the sandbox cloud Microsoft's own host names stand for the sandbox's endpoints.
 */
export function resolveTarget(url: URL, cloud: Cloud): Outcome<Target> {
  if (url.username !== "" || url.password !== "") {
    return err(refused("The URL must not carry credentials."));
  }
  const services = [
    ["graph", cloud.graphEndpoint, cloud.audiences.graph],
    ["arm", cloud.armEndpoint, cloud.audiences.arm],
  ] as const;
  for (const [resource, endpoint, audience] of services) {
    const path =
      pathUnder(endpoint, url) ?? (cloud.name === "sandbox" ? pathUnder(audience, url) : undefined);
    if (path === undefined) continue;
    const target = new URL(endpoint + path.pathname + path.search);
    return ok(
      resource === "graph"
        ? { resource, url: target }
        : {
            resource,
            url: target,
            subscription: subscriptionOf(path.pathname),
            resourceGraph: isResourceGraph(path.pathname),
          },
    );
  }
  return (
    vaultTarget(url, cloud) ??
    blobTarget(url, cloud) ??
    err(
      refused(
        "The URL is not under an endpoint of Microsoft Graph, Azure Resource Manager, Key Vault or Blob storage.",
      ),
    )
  );
}

function vaultTarget(url: URL, cloud: Cloud): Outcome<Target> | undefined {
  const { pathname, search } = url;
  const named = accountOf(url, cloud.vaultSuffix);
  if (cloud.vaultEndpoint === undefined) {
    return named === undefined ? undefined : ok({ resource: "vault", url, name: named });
  }
  const path =
    named === undefined ? pathUnder(cloud.vaultEndpoint, url)?.pathname : `/${named}${pathname}`;
  const [, name] = /^\/([a-z0-9-]{3,24})\//.exec(path ?? "") ?? [];
  if (name === undefined) return undefined;
  return ok({ resource: "vault", url: new URL(cloud.vaultEndpoint + path + search), name });
}

function blobTarget(url: URL, cloud: Cloud): Outcome<Target> | undefined {
  const name = accountOf(url, cloud.blobSuffix);
  // The sandbox has no blobs: there a token goes nowhere but to loopback.
  if (name === undefined || cloud.name === "sandbox") return undefined;
  return ok({ resource: "storage", url, name });
}

const refused = (message: string) =>
  failure("invalid_request", message, { details: { field: "url" } });
