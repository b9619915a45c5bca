import { base64url } from "jose";
import { isRecord, parseJsonObject, type JsonRecord } from "../http/json.ts";
import { isTenantId } from "./tenant.ts";
import { defined } from "../contract/defined.ts";

/**
 * Says that this client handles continuous access evaluation: tokens then live up to 28 h and are
 * ended early by a challenge.
 */
const capability = "cp1";

/**
 * Claims go into the URL of a sign-in, whose length is bounded; Entra's have a few hundred characters.
 * The bound also keeps their nesting far from where writing JSON overflows the stack.
 */
const longestClaims = 4_096;

/** The JSON object `text` holds, or undefined. */
const parseObject = (text: string): JsonRecord | undefined =>
  text.length > longestClaims ? undefined : parseJsonObject(text);

/**
 * The `claims` parameter of an authorization or token request: our capability, and what a challenge
 * asks for in addition.
 *
 * @param challenge claims as JSON, from a 401 or from Entra's refusal; ignored when it is not JSON, or
 *   longer than 4,096 characters.
 */
export function mergeClaims(challenge?: string): string {
  const asked = (challenge === undefined ? undefined : parseObject(challenge)) ?? {};
  const accessToken = isRecord(asked["access_token"]) ? asked["access_token"] : {};
  const own = isRecord(accessToken["xms_cc"]) ? accessToken["xms_cc"] : {};
  const values = Array.isArray(own["values"]) ? own["values"] : [];
  return JSON.stringify({
    ...asked,
    access_token: {
      ...accessToken,
      xms_cc: { ...own, values: [...new Set([...values, capability])] },
    },
  });
}

/**
 * Claims as Entra wrote them, if they are a JSON object of at most 4,096 characters: anything else is
 * not worth keeping.
 */
export function parseClaims(value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const claims = parseObject(value);
  return claims === undefined ? undefined : JSON.stringify(claims);
}

export interface Challenge {
  /** JSON. */
  claims?: string;
  /** A GUID: the tenant whose tokens the resource takes. */
  tenantId?: string;
}

/** ARM reports a revoked session as `invalid_token`; everyone else as `insufficient_claims`. */
const claimsErrors = new Set(["insufficient_claims", "invalid_token"]);

/** Challenges of Microsoft's have up to 2 KB; several of them may be joined. */
const longestHeader = 16_384;

/**
 * Reads what a 401 asks for from its `WWW-Authenticate` headers. Of the authority it names only a
 * tenant id is taken: hosts come from configuration alone. Nothing beyond 16,384 characters is read.
 */
export function parseChallenge(headers: Headers): Challenge {
  const header = headers.get("www-authenticate") ?? "";
  const challenges = bearerChallenges(header.slice(0, longestHeader));
  const claims = challenges
    .filter((parameters) => claimsErrors.has(parameters.get("error")?.toLowerCase() ?? ""))
    .map((parameters) => decodeClaims(parameters.get("claims") ?? ""))
    .find((text) => text !== undefined);
  const tenantId = challenges
    .flatMap((parameters) => [parameters.get("authorization"), parameters.get("authorization_uri")])
    .map(tenantOf)
    .find((tenant) => tenant !== undefined);
  return {
    ...defined({ claims, tenantId }),
  };
}

const schemes = new Set([
  "bearer",
  "pop",
  "dpop",
  "basic",
  "digest",
  "negotiate",
  "ntlm",
  "mutual",
]);

/**
 * The parameters of each Bearer challenge, names in lower case. More lenient than RFC 9110 §11.6.1
 * because Microsoft is: values may stand unquoted, be separated by spaces, or hold words and commas;
 * several headers arrive joined. A bare word is a new challenge only when it is a scheme's name.
 */
function bearerChallenges(header: string): Map<string, string>[] {
  const found: Map<string, string>[] = [];
  let current: Map<string, string> | undefined;
  const part = /([A-Za-z0-9_.-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]*)))?/g;
  for (const [text, name = "", quoted, plain] of header.matchAll(part)) {
    if (text === name) {
      if (!schemes.has(name.toLowerCase())) continue;
      current = name.toLowerCase() === "bearer" ? new Map() : undefined;
      if (current !== undefined) found.push(current);
      continue;
    }
    const key = name.toLowerCase();
    const value = quoted?.replaceAll(/\\(.)/g, "$1") ?? plain ?? "";
    if (current !== undefined && !current.has(key)) current.set(key, value);
  }
  return found;
}

/** Base64 or base64url, padded or not. */
function decodeClaims(text: string): string | undefined {
  try {
    const urlSafe = text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
    const bytes = base64url.decode(urlSafe);
    return parseClaims(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
}

function tenantOf(authority: string | undefined): string | undefined {
  const segment = URL.parse(authority ?? "")?.pathname.split("/")[1] ?? "";
  return isTenantId(segment) ? segment.toLowerCase() : undefined;
}
