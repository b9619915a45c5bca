import * as z from "zod";
import type { Cloud } from "./cloud.ts";
import { parseJsonObject, withinDeadline } from "./deadline.ts";

/** A public key of Entra's; `issuer` says whose tokens it may sign. */
const signingKeySchema = z.looseObject({
  kty: z.string(),
  kid: z.string(),
  issuer: z.string().optional(),
});
export type SigningKey = z.infer<typeof signingKeySchema>;

const keySetSchema = z.object({ keys: z.array(signingKeySchema) });

const dayMs = 86_400_000;

/**
 * Key sets by URL, kept for all objects of the isolate. Only finished ones: a pending fetch belongs
 * to the request that began it and may not be awaited by another in workerd.
 */
const cache = new Map<string, { keys: readonly SigningKey[]; fetchedAt: number }>();

export interface SigningKeysOptions {
  cloud: Cloud;
  fetch: (request: Request) => Promise<Response>;
  /** Milliseconds since the epoch. */
  now: () => number;
  timeoutMs: number;
}

/**
 * The key `kid` of the cloud's key set, which is fetched again once a day and for a key it does not
 * hold yet. While Entra cannot be reached, yesterday's keys go on serving.
 *
 * @returns the key; undefined when Entra does not publish it; `unavailable` when nobody could say
 */
export async function findSigningKey(
  kid: string,
  options: SigningKeysOptions,
): Promise<SigningKey | undefined | "unavailable"> {
  const url = `${options.cloud.authorityHost}/common/discovery/v2.0/keys`;
  const now = options.now();
  const known = cache.get(url);
  const key = known?.keys.find((candidate) => candidate.kid === kid);
  const age = known === undefined ? Infinity : now - known.fetchedAt;
  if (key !== undefined && age >= 0 && age < dayMs) return key;

  const keys = await fetchKeys(url, options);
  if (keys === undefined) return key ?? "unavailable";
  cache.set(url, { keys, fetchedAt: now });
  return keys.find((candidate) => candidate.kid === kid);
}

async function fetchKeys(
  url: string,
  { fetch, timeoutMs }: SigningKeysOptions,
): Promise<readonly SigningKey[] | undefined> {
  const answer = await withinDeadline(timeoutMs, (signal) =>
    fetch(
      new Request(url, { headers: { accept: "application/json" }, redirect: "manual", signal }),
    ),
  );
  if (typeof answer === "string" || answer.status !== 200) return undefined;
  const parsed = keySetSchema.safeParse(parseJsonObject(answer.text));
  return parsed.success ? parsed.data.keys : undefined;
}
