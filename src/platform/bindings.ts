import type { Environment } from "./env.ts";
import { failure, type Failure } from "../contract/errors.ts";

const required = ["AZURE_CONNECTION", "DB"] as const;
/** The others are needed for a part of the service alone. */
type BindingName = (typeof required)[number] | "MCP_GRANTS" | "ASSETS";

const objectOf: Readonly<Record<BindingName, string>> = {
  AZURE_CONNECTION: "the Durable Object class ConnectionActor",
  DB: "the directory's D1 database",
  ASSETS: "the console's assets",
  MCP_GRANTS: "the Durable Object class McpGrants",
};

/** Why nothing works that needs this binding, and what mends it. */
export const missingBinding = (variable: BindingName): Failure => {
  const command = "npx wrangler deploy";
  return failure(
    "app_misconfigured",
    `${variable} must be bound to ${objectOf[variable]}: declare it in wrangler.jsonc, then run ${command}.`,
    { details: { variable, reason: "missing_binding", command } },
  );
};

/** Every binding that is missing. The types know what wrangler.jsonc says; a deployment may say less. */
export const missingBindings = (env: Partial<Environment>): Failure[] =>
  required.filter((name) => env[name] === undefined).map(missingBinding);
