import type { Cloud } from "../entra/cloud.ts";
import type { NamedResource } from "../entra/resource.ts";
import { failure } from "../errors.ts";
import { err, ok } from "../result.ts";
import type { Outcome } from "./contract.ts";

/** Where a call goes, and whose token it carries. */
export interface Target {
  resource: NamedResource;
  url: URL;
  /** Names what may live in another tenant than the grant: a subscription, a vault, an account. */
  tenantScope: string | undefined;
}

const label = /^[a-z0-9-]{3,24}$/;
const subscription = /^\/subscriptions\/([^/]+)/i;

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

/** What follows `endpoint` in `url` (path and query), or undefined when it lies elsewhere. */
function restUnder(endpoint: string, url: URL): string | undefined {
  const { origin, prefix } = baseOf(endpoint);
  if (url.origin !== origin) return undefined;
  if (!url.pathname.startsWith(`${prefix}/`)) return undefined;
  return url.pathname.slice(prefix.length) + url.search;
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
    const rest =
      restUnder(endpoint, url) ?? (cloud.name === "sandbox" ? restUnder(audience, url) : undefined);
    if (rest !== undefined) {
      const id = resource === "arm" ? subscription.exec(rest)?.[1]?.toLowerCase() : undefined;
      return ok({
        resource,
        url: new URL(endpoint + rest),
        tenantScope: id === undefined ? undefined : `arm ${id}`,
      });
    }
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
  const path = url.pathname + url.search;
  const named = accountOf(url, cloud.vaultSuffix);
  if (cloud.vaultEndpoint === undefined) {
    return named === undefined ? undefined : ok(storeTarget("vault", url.origin, named, path));
  }
  const rest = named === undefined ? restUnder(cloud.vaultEndpoint, url) : `/${named}${path}`;
  const [, name, inVault] = /^\/([a-z0-9-]{3,24})(\/.*)$/.exec(rest ?? "") ?? [];
  if (name === undefined || inVault === undefined) return undefined;
  return ok(storeTarget("vault", `${cloud.vaultEndpoint}/${name}`, name, inVault));
}

function blobTarget(url: URL, cloud: Cloud): Outcome<Target> | undefined {
  const name = accountOf(url, cloud.blobSuffix);
  // The sandbox has no blobs: there a token goes nowhere but to loopback.
  if (name === undefined || cloud.name === "sandbox") return undefined;
  return ok(storeTarget("storage", url.origin, name, url.pathname + url.search));
}

const storeTarget = (
  resource: "vault" | "storage",
  endpoint: string,
  name: string,
  path: string,
): Target => ({
  resource,
  url: new URL(endpoint + path),
  tenantScope: `${resource} ${name}`,
});

const refused = (message: string) =>
  failure("invalid_request", message, { details: { field: "url" } });
