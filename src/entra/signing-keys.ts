import { decodeJwt, decodeProtectedHeader } from "jose";
import * as z from "zod";
import type { Cloud } from "./cloud.ts";
import { parseJsonObject } from "../http/json.ts";
import { withinDeadline } from "./deadline.ts";
import { isTenantId } from "./tenant.ts";

/** A public key of Entra's; `issuer` says whose tokens it may sign. */
const signingKeySchema = z.looseObject({
  kty: z.string(),
  kid: z.string(),
  issuer: z.string().optional(),
});
export type SigningKey = z.infer<typeof signingKeySchema>;

const keySetSchema = z.object({ keys: z.array(z.unknown()) });

/** Milliseconds that a key set serves before it is fetched again. */
const lifetime = 86_400_000;
/** Milliseconds before a key that was not found is looked for again. */
const absence = 300_000;
/** Keys not found that one set remembers; at this number nothing is fetched for further ones. */
const absentKept = 10;
/** Sets kept: the cloud's, and one for each tenant in which the application has its own key. */
const setsKept = 100;

interface KeySet {
  keys: readonly SigningKey[];
  /** Milliseconds since the epoch. */
  fetchedAt: number;
  /** Keys that were not found, and when they were looked for. */
  absent: ReadonlyMap<string, number>;
}

/**
 * Key sets by URL, kept for all objects of the isolate. Only finished ones: a pending fetch belongs
 * to the request that began it and may not be awaited by another in workerd.
 */
const cache = new Map<string, KeySet>();

export interface SigningKeysOptions {
  cloud: Cloud;
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
  timeoutMs: number;
}

/** A key as an id_token names it. */
export interface WantedKey {
  kid: string;
  /** A GUID: the tenant the token says it is of. */
  tenantId: string;
  /** The application the token is for. */
  clientId: string;
}

/**
 * The key that an id_token names. Entra publishes its own keys in one set for the whole cloud; the
 * key of an application that has its own stands in a set of that application in the token's tenant
 * (`?appid=`), which is asked only for what the cloud's set lacks. A set is fetched once a day, and
 * for a key it does not hold yet, but not again and again for one it was found to lack. While Entra
 * cannot be reached, yesterday's keys go on serving.
 *
 * @returns the key; undefined when Entra does not publish it; `unavailable` when nobody could say
 */
export async function findSigningKey(
  { kid, tenantId, clientId }: WantedKey,
  options: SigningKeysOptions,
): Promise<SigningKey | undefined | "unavailable"> {
  const { authorityHost } = options.cloud;
  const urls = [
    `${authorityHost}/common/discovery/v2.0/keys`,
    `${authorityHost}/${tenantId.toLowerCase()}/discovery/v2.0/keys?appid=${clientId}`,
  ];
  for (const url of urls) {
    const key = freshKey(url, kid, options.now());
    if (key !== undefined) return key;
  }
  let unavailable = false;
  for (const url of urls) {
    const key = await fetchedKey(url, kid, options);
    if (key === "unavailable") unavailable = true;
    else if (key !== undefined) return key;
  }
  return unavailable ? "unavailable" : undefined;
}

/**
 * The key of a set that stands at one address, by the same rules.
 *
 * @param url of a JWK set (RFC 7517 §5)
 */
export const keyOfSet = async (
  url: string,
  kid: string,
  options: Omit<SigningKeysOptions, "cloud">,
): Promise<SigningKey | undefined | "unavailable"> =>
  freshKey(url, kid, options.now()) ?? fetchedKey(url, kid, options);

/** What a token says of who signed it. Its signature and its other claims are still to be verified. */
export interface Signer {
  key: SigningKey;
  /** A GUID. */
  tenantId: string;
  /** Of the tenant's tokens of version 2.0. */
  issuer: string;
}

/**
 * The key of Entra's that a token names, where it may sign for the tenant that the token names.
 *
 * @returns undefined where the token names none; `unavailable` when nobody could say
 */
export async function findSigner(
  token: string,
  options: SigningKeysOptions & { clientId: string },
): Promise<Signer | undefined | "unavailable"> {
  const named = namesOf(token);
  if (named === undefined) return undefined;
  const { tenantId } = named;
  const issuer = `${options.cloud.authorityHost}/${tenantId}/v2.0`;
  const key = await findSigningKey({ ...named, clientId: options.clientId }, options);
  if (key === "unavailable") return key;
  return key !== undefined && maySign(key, issuer, tenantId)
    ? { key, tenantId, issuer }
    : undefined;
}

/** Which key and which tenant the token claims, to be proven; `tid` must be a GUID to name one. */
function namesOf(token: string): { kid: string; tenantId: string } | undefined {
  try {
    const { kid } = decodeProtectedHeader(token);
    const { tid } = decodeJwt(token);
    if (typeof kid !== "string" || typeof tid !== "string" || !isTenantId(tid)) return undefined;
    return { kid, tenantId: tid };
  } catch {
    return undefined;
  }
}

/**
 * Whether `key` may sign for `issuer`. A work tenant's keys carry a template with `{tenantid}`;
 * those of personal accounts name their one issuer and must not vouch for any other.
 */
function maySign(key: SigningKey, issuer: string, tenantId: string): boolean {
  const own = key.issuer?.replace("{tenantid}", tenantId);
  return own === undefined || own.toLowerCase() === issuer.toLowerCase();
}

const keyIn = (set: KeySet | undefined, kid: string): SigningKey | undefined =>
  set?.keys.find((candidate) => candidate.kid === kid);

/** After the clock went back nothing counts as fresh: one fetch too many is harmless. */
const isWithin = (span: number, since: number, now: number): boolean =>
  now >= since && now - since < span;

function freshKey(url: string, kid: string, now: number): SigningKey | undefined {
  const set = cache.get(url);
  return set !== undefined && isWithin(lifetime, set.fetchedAt, now) ? keyIn(set, kid) : undefined;
}

async function fetchedKey(
  url: string,
  kid: string,
  options: Omit<SigningKeysOptions, "cloud">,
): Promise<SigningKey | undefined | "unavailable"> {
  const known = cache.get(url);
  const now = options.now();
  const absent = new Map(
    [...(known?.absent ?? [])].filter(([, since]) => isWithin(absence, since, now)),
  );
  if (absent.has(kid) || absent.size >= absentKept) return undefined;
  const keys = await fetchKeys(url, options);
  if (keys === undefined) return keyIn(known, kid) ?? "unavailable";
  const set: KeySet = { keys, fetchedAt: now, absent };
  const key = keyIn(set, kid);
  if (key === undefined) absent.set(kid, now);
  keep(url, set);
  return key;
}

/** Evicts the set that was fetched the longest ago. */
function keep(url: string, set: KeySet): void {
  cache.delete(url);
  cache.set(url, set);
  for (const oldest of cache.keys()) {
    if (cache.size <= setsKept) return;
    cache.delete(oldest);
  }
}

async function fetchKeys(
  url: string,
  { fetch, timeoutMs }: Pick<SigningKeysOptions, "fetch" | "timeoutMs">,
): Promise<readonly SigningKey[] | undefined> {
  const answer = await withinDeadline(timeoutMs, (signal) =>
    fetch(
      new Request(url, { headers: { accept: "application/json" }, redirect: "manual", signal }),
    ),
  );
  if (typeof answer === "string" || answer.status !== 200) return undefined;
  return readKeySet(answer.text);
}

/**
 * The keys of a JWK set (RFC 7517 §5). A key that cannot be read is left out, as one of an unknown
 * kind has to be; the others serve.
 *
 * @returns undefined for what is no key set. One without a readable key is none: it would stand for
 *   the keys that are known, and say of every sign-in that it proves nothing
 */
export function readKeySet(text: string): readonly SigningKey[] | undefined {
  const set = keySetSchema.safeParse(parseJsonObject(text));
  if (!set.success) return undefined;
  const keys = set.data.keys.flatMap((key) => signingKeySchema.safeParse(key).data ?? []);
  return keys.length === 0 ? undefined : keys;
}
