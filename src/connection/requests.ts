import * as z from "zod";
import { parseResource, type Resource } from "../entra/resource.ts";
import { failure, type Failure } from "../errors.ts";
import { err, ok } from "../result.ts";
import type { GrantBackup, GrantTakeover, Outcome } from "./contract.ts";
import type { TokenRequest } from "./refresher.ts";

/** What the RPC surface takes from a sibling, checked: a binding is no proof of good sense. */

const resource = z.string().transform((text, context): Resource => {
  const parsed = parseResource(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({
    code: "custom",
    message: "must be graph, arm, vault, storage or an https App ID URI",
  });
  return z.NEVER;
});

const accessTokenSchema = z.object({
  resource,
  tenantId: z.guid().optional(),
  minValiditySeconds: z.number().min(0).max(86_400).default(30),
  staleGeneration: z.int().min(0).optional(),
});

const eventsSchema = z.object({
  after: z.int().min(0).default(0),
  limit: z.int().min(1).max(200).default(100),
});

const takeoverSchema = z.object({ refreshToken: z.string(), tenantId: z.string().optional() });

const backupSchema = z.object({
  sealedRefreshToken: z.string(),
  tenantId: z.guid(),
  scopes: z.array(z.string()),
  version: z.int().min(0),
});

export const readAccessTokenRequest = (options: unknown): Outcome<TokenRequest> => {
  const read = parse(accessTokenSchema, options);
  if (!read.ok) return read;
  const { tenantId, staleGeneration, ...request } = read.value;
  return ok({
    ...request,
    ...(tenantId !== undefined && { tenantId: tenantId.toLowerCase() }),
    ...(staleGeneration !== undefined && { staleGeneration }),
  });
};

export const readEventsRequest = (options: unknown): Outcome<z.infer<typeof eventsSchema>> =>
  parse(eventsSchema, options);

export function readImportRequest(options: unknown): Outcome<GrantTakeover | GrantBackup> {
  const isBackup =
    typeof options === "object" && options !== null && "sealedRefreshToken" in options;
  if (isBackup) return parse(backupSchema, options);
  const read = parse(takeoverSchema, options);
  if (!read.ok) return read;
  const { tenantId, refreshToken } = read.value;
  return ok({ refreshToken, ...(tenantId !== undefined && { tenantId }) });
}

/** Default: Graph. */
export const readResource = (text: string | undefined): Outcome<Resource> => {
  const read = parse(z.object({ resource }), { resource: text ?? "graph" });
  return read.ok ? ok(read.value.resource) : read;
};

function parse<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
): Outcome<z.output<Schema>> {
  const parsed = schema.safeParse(value);
  return parsed.success ? ok(parsed.data) : err(invalid(parsed.error));
}

function invalid(error: z.ZodError): Failure {
  const [issue] = error.issues;
  const field = issue?.path.join(".") || "options";
  return failure("invalid_request", `${field}: ${issue?.message ?? "is invalid"}.`, {
    details: { field },
  });
}
