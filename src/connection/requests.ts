import * as z from "zod";
import { userIdSchema } from "../contract/connection-id.ts";
import { prompts } from "../contract/connection-rpc.ts";
import { parseResource, type Resource } from "../entra/resource.ts";
import { failure, type Failure } from "../contract/errors.ts";
import { err, ok } from "../contract/result.ts";
import type {
  BeginAuthorization,
  CompleteAuthorization,
  GrantBackup,
  GrantTakeover,
  Outcome,
  OpenedLink,
  PressedLink,
  TenantConfirmation,
  TenantFact,
  TenantProposal,
} from "../contract/connection-rpc.ts";
import { changeKinds, type Notification, type WatchRequest } from "../contract/watch.ts";
import { mostOfLink } from "./grant/reconnect-link.ts";
import type { TokenRequest } from "./tokens/refresher.ts";

/** What the RPC surface takes from a sibling, checked: a sibling can send anything. */

/**
 * Text of at most `longest` UTF-16 units. Half a surrogate pair becomes another character wherever it
 * is encoded, so a hash or a URL would be of another text than the one sent.
 */
const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => value.isWellFormed(), "must be well-formed Unicode");

const resource = text(255).transform((value, context): Resource => {
  const parsed = parseResource(value);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: "custom",
    message: "must be graph, arm, vault, storage or an https App ID URI",
  });
  return z.NEVER;
});

const tenant = text(253);
const scopes = z.array(text(512)).max(500);
/** A secret that was made here, or half of one. */
const secret = text(4_096);

const beginSchema = z.object({
  start: z.enum(["user", "server"]),
  tenantId: z.exactOptional(tenant),
  scopes: z.exactOptional(scopes),
  loginHint: z.exactOptional(text(2_048)),
  prompt: z.exactOptional(z.enum(prompts)),
  returnUrl: z.exactOptional(text(8_192)),
  redirectUri: z.exactOptional(text(8_192)),
});

const completeSchema = z.object({
  state: secret,
  response: text(64 * 1024),
  browserBinding: z.exactOptional(secret),
  confirmed: z.exactOptional(z.boolean()),
});

const confirmSchema = z.object({ flow: secret, userId: z.exactOptional(userIdSchema) });

const tenantConfirmSchema = z.object({ flow: secret, userId: userIdSchema });

const tenantFactSchema = z.object({ version: z.exactOptional(z.int().min(0)) });

const name = text(1_024).nullable();
const proposalSchema = z.object({
  nonce: secret,
  userId: userIdSchema,
  administrator: z.object({ object_id: text(64), upn: name, name }),
});

const openedLinkSchema = z.object({ link: text(mostOfLink) });
const pressedLinkSchema = openedLinkSchema.extend({ from: text(64) });

const accessTokenSchema = z.object({
  resource,
  tenantId: z.exactOptional(z.guid().toLowerCase()),
  minValiditySeconds: z.number().min(0).max(86_400).default(30),
  staleGeneration: z.exactOptional(z.int().min(0)),
});

/** Default: Graph. */
const refreshSchema = z.object({ resource: resource.default("graph") });

const eventsSchema = z.object({
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(100),
});

const watchSchema = z.object({
  resource: text(512),
  changeTypes: z.array(z.enum(changeKinds)).min(1).max(changeKinds.length),
  includeData: z.exactOptional(z.boolean()),
  select: z.exactOptional(text(1_024)),
  catchUp: z.exactOptional(z.boolean()),
});

const unwatchSchema = z.object({ watchId: text(64) });

/** Default and most: what one answer should hold. */
const changesSchema = z.object({
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(1_000).default(100),
});

const redeliverSchema = z.object({ sink: z.string().max(256) });

const notificationSchema = z.object({
  watch: text(64),
  incarnation: z.int().min(1),
  body: z.string().max(1024 * 1024),
});

const takeoverSchema = z.object({
  refreshToken: text(64 * 1024),
  tenantId: z.exactOptional(tenant),
});

const backupSchema = z.object({
  sealedRefreshToken: text(128 * 1024),
  tenantId: z.guid(),
  scopes,
  version: z.int().min(0),
});

export const readBeginAuthorization = (options: unknown): Outcome<BeginAuthorization> =>
  parse(beginSchema, options);

export const readCompleteAuthorization = (options: unknown): Outcome<CompleteAuthorization> =>
  parse(completeSchema, options);

export const readConfirmAuthorization = (
  options: unknown,
): Outcome<z.infer<typeof confirmSchema>> => parse(confirmSchema, options);

export const readTenantConfirmation = (options: unknown): Outcome<TenantConfirmation> =>
  parse(tenantConfirmSchema, options);

export const readTenantFact = (options: unknown = {}): Outcome<TenantFact> =>
  parse(tenantFactSchema, options);

export const readTenantProposal = (options: unknown): Outcome<TenantProposal> =>
  parse(proposalSchema, options);

export const readOpenedLink = (options: unknown): Outcome<OpenedLink> =>
  parse(openedLinkSchema, options);

export const readPressedLink = (options: unknown): Outcome<PressedLink> =>
  parse(pressedLinkSchema, options);

export const readAccessTokenRequest = (options: unknown): Outcome<TokenRequest> =>
  parse(accessTokenSchema, options);

export const readRefreshRequest = (options: unknown = {}): Outcome<{ resource: Resource }> =>
  parse(refreshSchema, options);

export const readEventsRequest = (options: unknown = {}): Outcome<z.infer<typeof eventsSchema>> =>
  parse(eventsSchema, options);

export const readWatchRequest = (options: unknown): Outcome<WatchRequest> =>
  parse(watchSchema, options);

export const readUnwatchRequest = (options: unknown): Outcome<{ watchId: string }> =>
  parse(unwatchSchema, options);

export const readChangesRequest = (options: unknown = {}): Outcome<z.infer<typeof changesSchema>> =>
  parse(changesSchema, options);

export const readRedeliverRequest = (options: unknown): Outcome<{ sink: string }> =>
  parse(redeliverSchema, options);

export const readNotification = (options: unknown): Outcome<Notification> =>
  parse(notificationSchema, options);

export function readImportRequest(options: unknown): Outcome<GrantTakeover | GrantBackup> {
  const isBackup = parse(z.object({ sealedRefreshToken: z.unknown() }), options);
  return parse(isBackup.ok ? backupSchema : takeoverSchema, options);
}

/** Over RPC an absent field often comes as undefined; further in, fields are there or are not. */
const withoutUndefined = (value: unknown): unknown =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined))
    : value;

/** @returns `invalid_request` naming the field; reading what a sibling made may throw like its code */
function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Outcome<z.output<Schema>> {
  try {
    const parsed = schema.safeParse(withoutUndefined(value));
    return parsed.success ? ok(parsed.data) : err(invalid(parsed.error.issues[0]));
  } catch {
    return err(invalid(undefined));
  }
}

function invalid(issue: z.core.$ZodIssue | undefined): Failure {
  const field = issue?.path.join(".") || "options";
  return failure("invalid_request", `${field}: ${issue?.message ?? "cannot be read"}.`, {
    details: { field },
  });
}
