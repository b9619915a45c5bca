import * as z from "zod";
import type { SandboxWorld } from "../create-world.ts";

/** What both a code and a refresh token stand for. */
const grantFields = {
  upn: z.string(),
  /** The tenant the user signed in to. */
  tenantId: z.string(),
  clientId: z.string(),
  /** The scope of the sign-in, as granted. */
  scope: z.string(),
  sessionId: z.string(),
  /** Seconds. */
  authTime: z.number(),
  /** Orders the grant against revocations. */
  tick: z.number(),
  /** Milliseconds by the sandbox's clock. */
  issuedAt: z.number(),
};

const codeSchema = z.object({
  ...grantFields,
  id: z.string(),
  redirectUri: z.string(),
  nonce: z.string().optional(),
  challenge: z.string().optional(),
  challengeMethod: z.enum(["S256", "plain"]).optional(),
});

const refreshTokenSchema = z.object(grantFields);

export type AuthorizationCode = z.infer<typeof codeSchema>;
export type RefreshToken = z.infer<typeof refreshTokenSchema>;

const codePrefix = "1.A";
const refreshTokenPrefix = "1.B";

export function sealCode(world: SandboxWorld, code: AuthorizationCode): Promise<string> {
  return world.sealer.seal("code", codePrefix, code);
}

export async function openCode(
  world: SandboxWorld,
  text: string,
): Promise<AuthorizationCode | undefined> {
  return codeSchema.safeParse(await world.sealer.open("code", codePrefix, text)).data;
}

export function sealRefreshToken(world: SandboxWorld, token: RefreshToken): Promise<string> {
  return world.sealer.seal("refresh_token", refreshTokenPrefix, token);
}

export async function openRefreshToken(
  world: SandboxWorld,
  text: string,
): Promise<RefreshToken | undefined> {
  const content = await world.sealer.open("refresh_token", refreshTokenPrefix, text);
  return refreshTokenSchema.safeParse(content).data;
}

/** Whose grant a token request redeems, whatever comes of it; for the request log. */
export async function nameInGrant(
  world: SandboxWorld,
  form: URLSearchParams,
): Promise<string | undefined> {
  const code = form.get("code");
  const refreshToken = form.get("refresh_token");
  const grant =
    (code && (await openCode(world, code))) ||
    (refreshToken && (await openRefreshToken(world, refreshToken)));
  return grant ? grant.upn : undefined;
}
