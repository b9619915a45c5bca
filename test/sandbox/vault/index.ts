import { Hono } from "hono";
import type { Service, ServiceEnvironment, World } from "../world.ts";
import { type Answer, badParameter, failure } from "./answer.ts";
import { refuseApiVersion } from "./api-version.ts";
import { authenticate, refuseAction } from "./authentication.ts";
import { deletedSecretOperation } from "./deleted-secrets.ts";
import { type Operation, secretOperation } from "./secrets.ts";
import { seedVaults, vaultName } from "./vaults.ts";

const collections: Record<
  string,
  (method: string, rest: readonly string[]) => Operation | undefined
> = { secrets: secretOperation, deletedsecrets: deletedSecretOperation };

const NAME = /^[\dA-Za-z-]{1,127}$/;

/**
 * The data plane of Key Vault: the secrets of every vault of the sandbox. Which vault is meant is
 * read from `base`.
 * @param world clock, users, tokens and settings shared with the other services
 */
export function createVault(world: World): Service {
  let vaults = seedVaults(world);
  world.onReset(() => {
    vaults = seedVaults(world);
  });

  const handle = async (request: Request, base: string): Promise<Answer> => {
    const name = vaultName(base) ?? "";
    const vault = vaults.get(name);
    // The name of a vault that does not exist has no address at all.
    if (!vault) return failure(404, "VaultNotFound", `There is no vault '${name}' in the sandbox.`);
    const authentication = await authenticate(world, request, vault);
    if ("refusal" in authentication) return authentication.refusal;
    const url = new URL(request.url);
    const refusedVersion = refuseApiVersion(url);
    if (refusedVersion) return refusedVersion;

    const segments = pathSegments(url.pathname);
    const [collection = "", ...rest] = segments ?? [];
    const operation = collections[collection.toLowerCase()]?.(request.method, rest);
    if (!operation) return unknownOperation(request.method, collection);
    const { action, run } = operation;
    const refused = refuseAction(vault, authentication.caller, action);
    if (refused) return refused;
    const [secret] = rest;
    if (secret !== undefined && !NAME.test(secret))
      return badParameter(`The request URI contains an invalid name: ${secret}`);
    return run({ vault, request, url, base, pageSize: world.settings.page_size, rest });
  };

  const app = new Hono<ServiceEnvironment>();
  app.all("*", async (c) => {
    const base = c.env.base.replace(/\/$/, "");
    return respond(world, c.req.raw, await handle(c.req.raw, base));
  });
  return app;
}

/** The path in decoded parts; SDKs close it with a slash when they ask for no version. */
function pathSegments(pathname: string): string[] | undefined {
  try {
    return pathname.split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    return undefined;
  }
}

const unknownOperation = (method: string, collection: string): Answer =>
  collection.toLowerCase() in collections
    ? failure(405, "MethodNotAllowed", `The method ${method} is not allowed on this resource.`)
    : failure(404, "NotFound", "The requested resource was not found.");

function respond(world: World, request: Request, answer: Answer): Response {
  const headers = new Headers({
    "cache-control": "no-cache",
    pragma: "no-cache",
    expires: "-1",
    "x-ms-keyvault-region": "westeurope",
    "x-ms-request-id": world.guid(),
    "x-content-type-options": "nosniff",
    "strict-transport-security": "max-age=31536000;includeSubDomains",
    ...answer.headers,
  });
  const clientRequestId = request.headers.get("x-ms-client-request-id");
  if (clientRequestId !== null) headers.set("x-ms-client-request-id", clientRequestId);
  if (answer.body === undefined) return new Response(null, { status: answer.status, headers });
  headers.set("content-type", "application/json; charset=utf-8");
  return new Response(JSON.stringify(answer.body), { status: answer.status, headers });
}
