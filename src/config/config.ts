import * as z from "zod";
import { keysOf } from "./api-keys.ts";
import { consoleOf, type ConsoleConfig } from "./console.ts";
import { misconfigured, wrong, type ConfigError } from "./config-error.ts";
import { publicOriginOf } from "./public-origin.ts";
import {
  encryptionKeys,
  expectedSessionSecret,
  guid,
  origins,
  pageUrl,
  redirectUris,
  secrets,
  sessionSecrets,
} from "./values.ts";
import type { ApiKey, EncryptionKey } from "./values.ts";
import {
  assertionBinding,
  credentialsOf,
  credentialVariables,
  expectedCredential,
  federationKeys,
  federationOf,
  federationSubject,
} from "./credentials.ts";
import { readClientCertificate } from "../entra/certificate.ts";
import type { Credential, Federation } from "../entra/credential.ts";
import { cloudNames, resolveCloud } from "../entra/cloud.ts";
import type { Cloud } from "../entra/cloud.ts";
import { parseTenant } from "../entra/tenant.ts";
import type { SessionSecret } from "../platform/keys.ts";
import { jurisdictions, locationHints } from "./jurisdiction.ts";
import { mcpSignInOf, type McpSignIn } from "./mcp-sign-in.ts";
import type { Jurisdiction, LocationHint } from "./jurisdiction.ts";
import { anyLocalhost } from "./origins.ts";
import { defined } from "../contract/defined.ts";
import type { Failure } from "../contract/errors.ts";
import { err, ok } from "../contract/result.ts";
import type { Result } from "../contract/result.ts";
import { pipelineTypes, webhooks, type PipelineTypes, type Webhook } from "./webhooks.ts";

export type { ApiKey, EncryptionKey } from "./values.ts";

/** The deployment's configuration, read once and known to be whole. */
export interface Config {
  cloud: Cloud;
  /** The application's (client) id. */
  clientId: string;
  /** What proves to Entra who the application is, in the order in which it is tried; at least one. */
  credentials: readonly Credential[];
  /** The issuer that this Worker is; absent: it publishes no keys. */
  federation?: Federation;
  /** The first encrypts, all decrypt. */
  encryptionKeys: readonly EncryptionKey[];
  /** The first signs, all verify. */
  sessionSecret: SessionSecret;
  apiKeys: readonly ApiKey[];
  /** Where a sign-in goes that names no tenant: a tenant id, a verified domain or `common`… */
  tenantId: string;
  /** The first is the default. */
  redirectUris: readonly string[];
  /** This Worker's own origin, in every link it makes: by default that of the first redirect URI. */
  publicOrigin: string;
  /** Origins whose pages may call the Worker with credentials. */
  allowedOrigins: readonly string[];
  /** Origins a finished sign-in may return to. */
  returnOrigins: readonly string[];
  /** The host's own page where its user connects an account; absent: no remedy links there. */
  connectPageUrl?: string;
  /** Whether any member of a tenant that consented may connect it, and not its administrators alone. */
  tenantConnectByMembers: boolean;
  /** Receivers of events. */
  webhooks: readonly Webhook[];
  /** Where the objects of all connections are; absent: wherever the platform makes them. */
  jurisdiction?: Jurisdiction;
  /** Where a new object is preferably made; absent: near whoever asks first. */
  locationHint?: LocationHint;
  /** How the authorization server of MCP clients knows its user; absent: there is none. */
  mcpSignIn?: McpSignIn;
  /** What the pipeline gets. */
  pipelineTypes: PipelineTypes;
  /** The page for operators; absent: there is none. */
  console?: ConsoleConfig;
}

/** Unset and empty are the same: a cleared variable is an empty string in the dashboard. */
const text = z.string().trim();
const optional = text.optional().transform((value) => (value === "" ? undefined : value));
const required = (expected: string) => z.string(expected).trim().min(1, expected);

/** A variable read by `parse`, whose refusal is the sentence's second half. */
const read =
  <Given, Value>(parse: (value: Given) => Result<Value, string>) =>
  (value: Given, context: z.RefinementCtx): Value => {
    const parsed = parse(value);
    if (parsed.ok) return parsed.value;
    context.addIssue({ code: "custom", message: parsed.error });
    return z.NEVER;
  };

const tenant = (value: string): Result<string, string> => {
  const parsed = parseTenant(value);
  const expected =
    "must be a tenant id, a verified domain, common, organizations or consumers; default common";
  return parsed === undefined ? err(expected) : ok(parsed);
};

/** One of a list of words, or unset. */
const oneOf = <const Words extends readonly string[]>(words: Words) =>
  optional.pipe(z.enum(words, `must be one of ${words.join(", ")}, or unset`).optional());

const onOrOff = optional.pipe(z.enum(["on", "off"], "must be on or off").optional());

/** In the order a deployer should meet its errors. */
const environment = z.object({
  AZURE_CLOUD: optional.pipe(
    z.enum(cloudNames, `must be one of ${cloudNames.join(", ")}`).default("global"),
  ),
  AZURE_AUTHORITY_HOST: optional,
  AZURE_GRAPH_ENDPOINT: optional,
  AZURE_RESOURCE_MANAGER_ENDPOINT: optional,
  AZURE_CLIENT_ID: required("must be the application's (client) id, a GUID").transform(read(guid)),
  ASSERTION: z.unknown().optional().transform(read(assertionBinding)),
  AZURE_FEDERATION_KEYS: optional.pipe(z.string().transform(read(federationKeys)).optional()),
  AZURE_FEDERATION_SUBJECT: text
    .optional()
    .transform((value) => value || "azure-integration-worker")
    .transform(read(federationSubject)),
  AZURE_CLIENT_CERTIFICATE: optional.pipe(
    z.string().transform(read(readClientCertificate)).optional(),
  ),
  AZURE_CLIENT_CERTIFICATE_2: optional.pipe(
    z.string().transform(read(readClientCertificate)).optional(),
  ),
  AZURE_CLIENT_SECRET: optional.pipe(z.string().transform(read(secrets)).optional()),
  AZURE_TENANT_ID: text
    .optional()
    .transform((value) => value || "common")
    .transform(read(tenant)),
  AZURE_REDIRECT_URI: required(
    "must be the registered redirect URI, such as https://azure.example.com/callback",
  ).transform(read(redirectUris)),
  AZURE_PUBLIC_ORIGIN: optional,
  TOKEN_ENCRYPTION_KEYS: required(
    "must be kid:key, several separated by commas, each key 32 random bytes in base64",
  ).transform(read(encryptionKeys)),
  SESSION_SECRET: required(expectedSessionSecret).transform(read(sessionSecrets)),
  API_KEYS: optional,
  ALLOWED_ORIGINS: text.default("").transform(read(origins)),
  RETURN_ORIGINS: optional,
  CONNECT_PAGE_URL: optional.pipe(z.string().transform(read(pageUrl)).optional()),
  TENANT_CONNECT_BY_MEMBERS: optional.pipe(
    z.enum(["on", "off"], "must be on or off; default off").default("off"),
  ),
  CONSOLE: onOrOff,
  CONSOLE_TENANT_ID: optional.pipe(z.string().transform(read(guid)).optional()),
  CONSOLE_API_KEY_SIGN_IN: onOrOff,
  CONSOLE_ADMINS: optional,
  CONSOLE_RUNNER: onOrOff,
  ACCESS_TEAM: optional,
  ACCESS_AUD: optional,
  MCP_SIGN_IN_URL: optional.pipe(z.string().transform(read(pageUrl)).optional()),
  MCP_STANDALONE: optional,
  WEBHOOKS: optional,
  AZURE_JURISDICTION: oneOf(jurisdictions),
  AZURE_LOCATION_HINT: oneOf(locationHints),
  EVENTS_TYPES: text.default("").transform(read(pipelineTypes)),
});

/** Every variable and secret that is read; a binding is none. */
export const variables: readonly string[] = Object.keys(environment.shape).filter(
  (name) => name !== "ASSERTION",
);

/**
 * Reads the Worker's variables and secrets.
 *
 * @returns the configuration, or the first variable that is missing, wrong or in contradiction with
 *   the cloud
 */
export function parseConfig(env: Record<string, unknown>): Result<Config, ConfigError> {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const missing = missingOf(env, parsed.error);
    return wrong(String(issue?.path[0]), issue?.message ?? "is wrong", missing);
  }
  const values = parsed.data;
  const cloud = resolveCloud(values.AZURE_CLOUD, values);
  if (!cloud.ok) return wrong(cloud.error.variable, `must be ${cloud.error.expected}`);
  const sandbox = cloud.value.name === "sandbox";
  const publicOrigin = publicOriginOf(values, sandbox);
  if (!publicOrigin.ok) return publicOrigin;
  const federation = federationOf(values, publicOrigin.value);
  const credentials = credentialsOf(values, federation);
  if (credentials.length === 0) return wrong("AZURE_CLIENT_SECRET", expectedCredential);
  const keys = keysOf(values.API_KEYS, sandbox);
  if (!keys.ok) return wrong("API_KEYS", keys.error);
  const returnOrigins =
    values.RETURN_ORIGINS === undefined
      ? ok(values.ALLOWED_ORIGINS)
      : origins(values.RETURN_ORIGINS);
  if (!returnOrigins.ok) return wrong("RETURN_ORIGINS", returnOrigins.error);
  const sinks = webhooks(values.WEBHOOKS ?? "[]", { sandbox });
  if (!sinks.ok) return wrong("WEBHOOKS", sinks.error);
  const page = consoleOf(values, sandbox);
  if (!page.ok) return page;
  const mcpSignIn = mcpSignInOf(values, sandbox);
  if (!mcpSignIn.ok) return wrong("MCP_STANDALONE", mcpSignIn.error);
  const pages = sandbox ? [anyLocalhost] : [];
  return ok({
    cloud: cloud.value,
    clientId: values.AZURE_CLIENT_ID,
    credentials,
    ...defined({ federation }),
    encryptionKeys: values.TOKEN_ENCRYPTION_KEYS,
    sessionSecret: values.SESSION_SECRET,
    apiKeys: keys.value,
    tenantId: values.AZURE_TENANT_ID,
    redirectUris: values.AZURE_REDIRECT_URI,
    publicOrigin: publicOrigin.value,
    allowedOrigins: [...values.ALLOWED_ORIGINS, ...pages],
    returnOrigins: [...returnOrigins.value, ...pages],
    tenantConnectByMembers: values.TENANT_CONNECT_BY_MEMBERS === "on",
    webhooks: sinks.value,
    ...defined({
      connectPageUrl: values.CONNECT_PAGE_URL,
      mcpSignIn: mcpSignIn.value,
      jurisdiction: values.AZURE_JURISDICTION,
      locationHint: values.AZURE_LOCATION_HINT,
      console: page.value,
    }),
    pipelineTypes: values.EVENTS_TYPES,
  });
}

/** The required variables without a value, so that they are set in one go. */
function missingOf(env: Record<string, unknown>, error: z.ZodError): string[] {
  const isBlank = (name: string) => env[name] === undefined || String(env[name]).trim() === "";
  const refused = error.issues.map(({ path }) => String(path[0]));
  const keys = env["AZURE_CLOUD"] === "sandbox" ? [] : ["API_KEYS"];
  const credential = credentialVariables.every(isBlank) ? ["AZURE_CLIENT_SECRET"] : [];
  return [...new Set([...credential, ...refused, ...keys])].filter(isBlank);
}

const configs = new WeakMap<object, Result<Config, Failure>>();

/**
 * {@link parseConfig}, once per `env` object: workerd hands the same one to every request.
 *
 * @returns the configuration, or `app_misconfigured` with the variable in `details`
 */
export function configOf(env: object): Result<Config, Failure> {
  const known = configs.get(env);
  if (known !== undefined) return known;
  const parsed = parseConfig({ ...env });
  const config = parsed.ok ? parsed : err(misconfigured(parsed.error));
  configs.set(env, config);
  return config;
}
