import * as z from "zod";
import type { Prompt } from "../entra/authorization-request.ts";
import type { Failure } from "./errors.ts";
import { remedySchema } from "./remedy.ts";
import type { Result } from "./result.ts";

/** The words of a connection: the same JSON over HTTP, RPC and sockets. */

export const connectionStatuses = [
  "pending",
  "active",
  "degraded",
  "action_required",
  "disconnected",
] as const;
export type ConnectionStatus = (typeof connectionStatuses)[number];

/** RFC 3339, UTC. */
const time = z.iso.datetime();

export const connectionInfoSchema = z.object({
  id: z.string(),
  kind: z.enum(["user", "tenant"]),
  status: z.enum(connectionStatuses),
  remedy: remedySchema.optional(),
  identity: z
    .object({
      tenant_id: z.string(),
      object_id: z.string(),
      upn: z.string().nullable(),
      name: z.string().nullable(),
    })
    .optional(),
  scopes: z.array(z.string()),
  resources: z.array(
    z.object({
      resource: z.string(),
      tenant_id: z.string(),
      expires_at: time.nullable(),
      refresh_at: time.nullable(),
      generation: z.int(),
      remedy: remedySchema.optional(),
    }),
  ),
  cooldowns: z.array(
    z.object({
      service: z.string(),
      /** The throttle scope: what shares one limit at Microsoft. A service alone: all of it. */
      applies_to: z.string(),
      until: time.nullable(),
      reason: z.string(),
      /** ARM's remaining-quota headers, by header name. */
      remaining: z.record(z.string(), z.int()).optional(),
    }),
  ),
  created_at: time,
  updated_at: time,
  last_refresh_at: time.nullable(),
  last_used_at: time.nullable(),
});
export type ConnectionInfo = z.infer<typeof connectionInfoSchema>;

const eventHead = { seq: z.int(), id: z.string(), time, connection: z.string() };
const event = <Type extends string, Data extends z.ZodType>(type: Type, data: Data) =>
  z.object({ ...eventHead, type: z.literal(type), data });

/** What went wrong in an event: a code and a sentence, never Microsoft's raw text. */
const eventError = z.object({
  code: z.string(),
  message: z.string(),
  aadsts: z.int().optional(),
  request_id: z.string().optional(),
});

export const connectionEventSchema = z.discriminatedUnion("type", [
  event("connection.pending", z.object({})),
  event("connection.connected", z.object({})),
  event("connection.degraded", z.object({ error: eventError })),
  event("connection.recovered", z.object({})),
  event("connection.action_required", z.object({ remedy: remedySchema })),
  event("connection.disconnected", z.object({})),
  event(
    "token.refreshed",
    z.object({
      resource: z.string(),
      tenant_id: z.string(),
      expires_at: time,
      generation: z.int(),
    }),
  ),
  event(
    "token.refresh_failed",
    z.object({ resource: z.string(), error: eventError, attempts: z.int() }),
  ),
  event("call.throttled", z.object({ service: z.string(), applies_to: z.string(), until: time })),
]);
export type ConnectionEvent = z.infer<typeof connectionEventSchema>;
export type EventType = ConnectionEvent["type"];
export const eventTypes: readonly EventType[] = connectionEventSchema.options.map(
  ({ shape }) => shape.type.value,
);
export type EventError = z.infer<typeof eventError>;

/** The first message of a live socket; events follow as they are. */
export interface LiveSnapshot {
  type: "snapshot";
  /** Sequence number of the last event the snapshot includes. */
  seq: number;
  /** Present when `after` lies before the oldest event kept: some events are lost to the client. */
  truncated?: true;
  data: ConnectionInfo;
}
export type LiveMessage = LiveSnapshot | ConnectionEvent;

/** Close codes of a live socket. */
export const liveClose = { credentialExpired: 4001, gone: 4004 } as const;

/** What the RPC surface of the actor takes and gives. Times and durations say their unit. */

export type Outcome<Value> = Result<Value, Failure>;

export interface BeginAuthorization {
  /** `user`: the browser that starts must finish. `server`: a server confirms with `flow`. */
  start: "user" | "server";
  /** GUID, verified domain, `common`, `organizations` or `consumers`; default AZURE_TENANT_ID. */
  tenantId?: string;
  /** Added to the default scopes. */
  scopes?: readonly string[];
  loginHint?: string;
  prompt?: Prompt;
  returnUrl?: string;
  /** One of AZURE_REDIRECT_URI; default its first. */
  redirectUri?: string;
}

export interface AuthorizationStart {
  authUrl: string;
  state: string;
  expiresAt: string;
  /** User start only: the value of the cookie that binds the flow to its browser. */
  browserBinding?: string;
}

export interface CompleteAuthorization {
  state: string;
  /** Microsoft's answer: `code`, or `error` with `error_description`, as query string. */
  response: string;
  /** User start only: the cookie's value. */
  browserBinding?: string;
  /** Confirm at once: only for a host that has checked who is signed in (`completeConnect`). */
  confirmed?: boolean;
}

/** How far a sign-in is when its callback is sent once more: `details.reason` of that refusal. */
export const repeatedStages = ["under_way", "awaits_confirmation", "finished"] as const;
export type RepeatedStage = (typeof repeatedStages)[number];

export type AuthorizationCompletion =
  | { outcome: "connected"; info: ConnectionInfo; returnUrl?: string }
  /** The candidate waits; `flow` goes to `returnUrl` only. */
  | { outcome: "confirmation_required"; flow: string; returnUrl: string }
  /** A personal account signs in at another authority: the browser goes on there under a new state. */
  | { outcome: "continued"; authUrl: string; state: string; expiresAt: string }
  /** The state was good, the sign-in was not: the flow is over. */
  | { outcome: "refused"; error: Failure; returnUrl?: string };

/** A refresh token that another system holds. */
export interface GrantTakeover {
  refreshToken: string;
  /** Default AZURE_TENANT_ID. */
  tenantId?: string;
}

/** The directory's backup of a connection whose object was lost. It opens in that connection only. */
export interface GrantBackup {
  sealedRefreshToken: string;
  tenantId: string;
  /** Granted when it was made. */
  scopes: readonly string[];
  /** Of the directory's row: what the connection tells from now on is newer. */
  version: number;
}

export interface AccessTokenRequest {
  resource: string;
  tenantId?: string;
  /** The token must be valid for at least this long; default 30. */
  minValiditySeconds?: number;
  /** The generation of a token the resource refused: refreshed only if it is still the current one. */
  staleGeneration?: number;
}

export interface AccessToken {
  token: string;
  expires_at: string;
  generation: number;
}

export interface EventPage {
  events: ConnectionEvent[];
  /** The oldest event kept, when `after` lies before it. */
  truncated?: true;
}

/**
 * All that a holder of the stub can call (`fetch` besides). `connect` is not among the names: service
 * bindings and stubs already have one, for TCP.
 */
export interface ConnectionRpc {
  info(): Promise<Outcome<ConnectionInfo>>;
  beginAuthorization(options: BeginAuthorization): Promise<Outcome<AuthorizationStart>>;
  completeAuthorization(options: CompleteAuthorization): Promise<Outcome<AuthorizationCompletion>>;
  confirmAuthorization(options: { flow: string }): Promise<Outcome<ConnectionInfo>>;
  import(options: GrantTakeover | GrantBackup): Promise<Outcome<ConnectionInfo>>;
  accessToken(options: AccessTokenRequest): Promise<Outcome<AccessToken>>;
  refresh(options?: { resource?: string }): Promise<Outcome<ConnectionInfo>>;
  disconnect(): Promise<Outcome<ConnectionInfo>>;
  events(options?: { after?: number; limit?: number }): Promise<Outcome<EventPage>>;
}
