import { nameInToken, signAccessToken, verifyAccessToken } from "./access-token.ts";
import { Consents } from "./consents.ts";
import { base64url, bytesOfBase64url } from "./encoding.ts";
import { machineFetch } from "./network.ts";
import { Outbox } from "./outbox.ts";
import { DeviceCodes } from "./entra/device-codes.ts";
import { RegisteredCredentials } from "./entra/registered-credentials.ts";
import { userByName, users } from "./people.ts";
import type { Fetch } from "./public-types.ts";
import { Revocations } from "./revocations.ts";
import { Sealer } from "./sealed.ts";
import { applySettings, defaultSettings, lifetimeOf } from "./settings.ts";
import type { SettingsPatch } from "./settings.ts";
import { signingMaterial, importSigningKey } from "./signing-key.ts";
import type { KeyOwner, SigningKey } from "./signing-key.ts";
import { noStore } from "./state.ts";
import type { State, StateStore } from "./state.ts";
import { Ticker } from "./tick.ts";
import type { Audience, Authentication, SandboxUser, Settings, World } from "./world.ts";

export interface AccessTokenRequest {
  audience: Audience;
  /** A user's sign-in name; absent, the token is the application's own. */
  user?: string | SandboxUser | undefined;
  /** The user's home tenant when absent. */
  tenantId?: string | undefined;
  aud?: string | undefined;
  /** Delegated permissions, short names. */
  scopes?: readonly string[] | undefined;
  /** Application permissions. */
  roles?: readonly string[] | undefined;
  claimsCapable?: boolean | undefined;
  sessionId?: string | undefined;
  /** The application's own when absent. */
  clientId?: string | undefined;
}

export interface IssuedAccessToken {
  token: string;
  /** Seconds. */
  expiresIn: number;
  /** Seconds; absent for short-lived tokens. */
  refreshIn: number | undefined;
}

/** The world as Entra and the control API see it; the other services get `World` only. */
export interface SandboxWorld extends World {
  readonly settings: Settings;
  readonly consents: Consents;
  readonly revocations: Revocations;
  readonly deviceCodes: DeviceCodes;
  readonly outbox: Outbox;
  /** What the application may prove itself by, beside its secret. */
  readonly credentials: RegisteredCredentials;
  /** Asks an issuer on this machine. */
  readonly network: Fetch;
  readonly sealer: Pick<Sealer, "open" | "seal">;
  readonly state: State;
  save(): void;
  tick(): number;
  /** Entra's key, unless the application's own is asked for. */
  signingKey(owner?: KeyOwner): Promise<SigningKey>;
  issueAccessToken(request: AccessTokenRequest): Promise<IssuedAccessToken>;
  reset(): void;
}

export interface WorldOptions {
  /** Default: nowhere, so that a new world is a new one. */
  store?: StateStore;
  /** In place of the default settings, at the start and after each reset. */
  settings?: SettingsPatch;
  /** Takes Graph's notifications to those who subscribed. Default: by the network. */
  outbound?: Fetch | undefined;
}

const emptyState = (): State => ({
  version: 1,
  sealingKey: base64url(crypto.getRandomValues(new Uint8Array(32))),
  consents: [],
  revocations: [],
  redeemedCodes: [],
  subscriptions: [],
});

const bearer = (request: Request) =>
  /^Bearer +(\S+)$/i.exec(request.headers.get("authorization")?.trim() ?? "")?.[1];

/** The user a request acts for, as its bearer token says; for the request log. */
export const nameOfBearer = (request: Request) => {
  const token = bearer(request);
  return token === undefined ? undefined : nameInToken(token);
};

/**
 * The world every service of the sandbox shares. A unit test of one service needs no sign-in:
 *
 * ```ts
 * const world = createWorld();
 * const { token } = await world.issueAccessToken({
 *   audience: "graph", user: "ada@contoso.example", scopes: ["User.Read"],
 * });
 * const response = await createGraph(world).request(
 *   "/v1.0/me",
 *   { headers: { authorization: `Bearer ${token}` } },
 *   { base: "https://graph.microsoft.com" },
 * );
 * ```
 *
 * `world.settings` may be changed in place (`world.settings.clock_offset_s = 7200`).
 */
export function createWorld(options: WorldOptions = {}): SandboxWorld {
  const { store = noStore, outbound = machineFetch() } = options;
  const state = store.load() ?? emptyState();
  const save = () => store.save(state);
  const firstSettings = { ...defaultSettings };
  applySettings(firstSettings, options.settings ?? {});
  const settings: Settings = { ...firstSettings };
  const outbox = new Outbox(outbound, settings);
  const ticker = new Ticker();
  const tick = () => ticker.next();
  const now = () => Date.now() + settings.clock_offset_s * 1000;
  const restorers: (() => void)[] = [];
  const consents = new Consents(state, save);
  const revocations = new Revocations(state, save);
  const deviceCodes = new DeviceCodes();
  const credentials = new RegisteredCredentials(state, save);
  const network = machineFetch();
  const sealer = new Sealer(bytesOfBase64url(state.sealingKey));
  const keys: Partial<Record<KeyOwner, Promise<SigningKey>>> = {};

  const makeKey = async (owner: KeyOwner) => {
    const field = owner === "entra" ? "signing" : "applicationSigning";
    let material = state[field];
    if (!material) {
      material = state[field] = await signingMaterial(owner);
      save();
    }
    return importSigningKey(material);
  };
  const signingKey = (owner: KeyOwner = "entra") => (keys[owner] ??= makeKey(owner));

  const issueAccessToken = async (request: AccessTokenRequest): Promise<IssuedAccessToken> => {
    const user = typeof request.user === "string" ? userByName(request.user) : request.user;
    const tenantId = request.tenantId ?? user?.homeTenantId;
    if (tenantId === undefined) throw new RangeError("a token needs a known user or a tenantId");
    const claimsCapable = request.claimsCapable ?? false;
    const { expiresIn, refreshIn } = lifetimeOf(settings, claimsCapable);
    const issuedAt = now();
    const token = await signAccessToken(
      {
        audience: request.audience,
        aud: request.aud,
        tenantId,
        user,
        scopes: request.scopes ?? [],
        roles: request.roles ?? [],
        claimsCapable,
        sessionId: request.sessionId,
        clientId: request.clientId,
        issuedAt,
        expiresAt: issuedAt + expiresIn * 1000,
        tick: tick(),
      },
      await signingKey(),
    );
    return { token, expiresIn, refreshIn };
  };

  const authenticate = async (request: Request, audience: Audience): Promise<Authentication> => {
    if (!request.headers.get("authorization")) return { ok: false, fault: "missing" };
    const token = bearer(request);
    const verified = token ? await verifyAccessToken(token, await signingKey()) : undefined;
    if (!verified) return { ok: false, fault: "malformed" };
    const { caller, aud } = verified;
    if (verified.audience !== audience) return { ok: false, fault: "audience", audience: aud };
    if (now() >= verified.exp * 1000) return { ok: false, fault: "expired", audience: aud };
    const revocation = revocations.ofAccessToken(caller.user, audience, verified.tick);
    if (!revocation) return { ok: true, caller };
    const claims = caller.claimsCapable ? { claims: challengeOf(revocation.time) } : {};
    return { ok: false, fault: "revoked", audience: aud, ...claims };
  };

  return {
    settings,
    users,
    now,
    authenticate,
    outbound: outbox.fetch,
    outbox,
    subscriptions: {
      all: () => state.subscriptions,
      replace(list) {
        state.subscriptions = [...list];
        save();
      },
    },
    onReset: (restore) => void restorers.push(restore),
    guid: () => crypto.randomUUID(),
    consents,
    revocations,
    deviceCodes,
    credentials,
    network,
    sealer,
    state,
    save,
    tick,
    signingKey,
    issueAccessToken,
    reset() {
      applySettings(settings, firstSettings);
      state.redeemedCodes = [];
      consents.reset();
      revocations.reset();
      outbox.clear();
      deviceCodes.clear();
      credentials.clear();
      for (const restore of restorers) restore();
    },
  };
}

/** The claims a client has to bring to Entra: a token issued after the revocation. */
export function challengeOf(revokedAt: number): string {
  const value = String(Math.floor(revokedAt / 1000));
  return btoa(JSON.stringify({ access_token: { nbf: { essential: true, value } } }));
}
