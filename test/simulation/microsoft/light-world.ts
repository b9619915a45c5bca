import { challengeOf, createWorld, type SandboxWorld } from "../../sandbox/create-world.ts";
import { CLIENT_ID } from "../../sandbox/constants.ts";
import { base64urlOfText } from "../../sandbox/encoding.ts";
import { userByName } from "../../sandbox/people.ts";
import { uriOf } from "../../sandbox/resources.ts";
import { applySettings, defaultSettings, lifetimeOf } from "../../sandbox/settings.ts";
import type { SigningKey } from "../../sandbox/signing-key.ts";
import type { Audience, Authentication, Caller } from "../../sandbox/world.ts";

interface Issued {
  audience: Audience;
  aud: string;
  /** Milliseconds. */
  expiresAt: number;
  tick: number;
  caller: Caller;
}

export interface LightWorld extends SandboxWorld {
  /** Begins anew, under another signing key: what the last schedule left is worth nothing. */
  begin(key: SigningKey): void;
}

/**
 * The sandbox's world without its cost: tokens are rows of a table, not signed or sealed texts. Who gets
 * which token, and when one is refused, is decided by the sandbox's own code. Only id_tokens are signed,
 * since the connection verifies them.
 */
export function createLightWorld(): LightWorld {
  const world = createWorld();
  const sealed = new Map<string, { purpose: string; content: unknown }>();
  const issued = new Map<string, Issued>();
  let key: SigningKey | undefined;
  let ticks = 0;
  let names = 0;
  const tick = (): number => (ticks += 1);

  const light: LightWorld = {
    ...world,
    tick,
    guid: () => `00000000-0000-4000-8000-${String((names += 1)).padStart(12, "0")}`,
    begin(next) {
      applySettings(world.settings, defaultSettings);
      world.state.redeemedCodes = [];
      world.consents.reset();
      world.revocations.reset();
      sealed.clear();
      issued.clear();
      key = next;
      ticks = 0;
      names = 0;
    },
    signingKey: () =>
      key === undefined ? Promise.reject(new Error("no schedule has begun")) : Promise.resolve(key),
    sealer: {
      seal(purpose, prefix, content) {
        const text = `${prefix}${purpose}.${(names += 1)}`;
        sealed.set(text, { purpose, content });
        return Promise.resolve(text);
      },
      open(purpose, _, text) {
        const found = sealed.get(text);
        return Promise.resolve(found?.purpose === purpose ? found.content : undefined);
      },
    },
    issueAccessToken({
      audience,
      user: asked,
      tenantId: tenant,
      aud,
      scopes = [],
      roles = [],
      claimsCapable = false,
    }) {
      const user = typeof asked === "string" ? userByName(asked) : asked;
      const tenantId = tenant ?? user?.homeTenantId ?? "";
      const { expiresIn, refreshIn } = lifetimeOf(world.settings, claimsCapable);
      const at = world.now();
      const expiresAt = at + expiresIn * 1_000;
      const uri = aud ?? uriOf(audience);
      const facts = {
        aud: uri,
        tid: tenantId,
        unique_name: user?.upn,
        ...(user === undefined && { oid: tenantId, roles }),
        exp: Math.ceil(expiresAt / 1_000),
        uti: (names += 1),
      };
      const token = `e30.${base64urlOfText(JSON.stringify(facts))}.light`;
      issued.set(token, {
        audience,
        aud: uri,
        expiresAt,
        tick: tick(),
        caller: {
          kind: user === undefined ? "app" : "user",
          tenantId,
          objectId: user?.objectIds.get(tenantId) ?? "",
          ...(user !== undefined && { user }),
          clientId: CLIENT_ID,
          scopes: new Set(scopes),
          roles: new Set(roles),
          claimsCapable,
        },
      });
      return Promise.resolve({ token, expiresIn, refreshIn });
    },
    authenticate(request, audience): Promise<Authentication> {
      const text = request.headers.get("authorization");
      if (text === null) return Promise.resolve({ ok: false, fault: "missing" });
      const found = issued.get(text.slice("Bearer ".length));
      if (found === undefined) return Promise.resolve({ ok: false, fault: "malformed" });
      const { caller, aud } = found;
      if (found.audience !== audience) {
        return Promise.resolve({ ok: false, fault: "audience", audience: aud });
      }
      if (world.now() >= found.expiresAt) {
        return Promise.resolve({ ok: false, fault: "expired", audience: aud });
      }
      const revocation = world.revocations.ofAccessToken(caller.user, audience, found.tick);
      if (!revocation) return Promise.resolve({ ok: true, caller });
      return Promise.resolve({
        ok: false,
        fault: "revoked",
        audience: aud,
        ...(caller.claimsCapable && { claims: challengeOf(revocation.time) }),
      });
    },
  };
  return light;
}
