import { AuthorizationError, OAuthError } from "@cloudflare/workers-oauth-provider";
import { userIdSchema } from "../contract/connection-id.ts";
import { defined } from "../contract/defined.ts";
import { parseJson } from "../http/json.ts";
import type { GrantsRpc } from "./mcp-grants.ts";

/** How an object is reached by its name. */
export type GrantObjects = (
  name: string,
  options: {
    /** Whether it may be made by what follows. */
    creates: boolean;
  },
) => Promise<GrantsRpc>;

/** What a write may say besides; times in seconds. */
interface PutOptions {
  /** From now. */
  expirationTtl?: number;
  /** Since the epoch. */
  expiration?: number;
  metadata?: unknown;
}

interface ListOptions {
  prefix?: string;
  limit?: number;
  cursor?: string | undefined;
}

interface Listed {
  keys: { name: string; metadata?: unknown }[];
  list_complete: boolean;
  cursor?: string;
}

const mostListed = 1_000;

/** Ids as the library makes them: whatever else a request names has never been given out. */
const randomId = /^[A-Za-z0-9_-]{16}$/;
const digest = /^[A-Za-z0-9_-]{32,128}$/;

/** The object that keeps what clients were given by a user. */
export const objectOfUser = (userId: string): string => `user:${userId}`;

/**
 * The object that a key lives in: of a user, of a client, or of the key alone. Undefined for a key that
 * cannot have been written, so that no object is asked for it.
 */
export function objectOfKey(key: string): string | undefined {
  const [kind, name = "", ...rest] = key.split(":");
  switch (kind) {
    case "client":
      return randomId.test(name) && rest.length === 0 ? key : undefined;
    case "grant":
    case "token":
    case "retired": {
      const [grant = "", ...tokens] = rest;
      const isGiven =
        userIdSchema.safeParse(name).success && (grant === "" || randomId.test(grant));
      return isGiven && tokens.length < 2 ? objectOfUser(name) : undefined;
    }
    case "transaction":
    case "client-assertion-jti":
      return digest.test(rest.at(-1) ?? name) && key.length <= 512 ? key : undefined;
    default:
      return undefined;
  }
}

/**
 * The store that the OAuth library reads and writes, over objects: `get`, `put`, `delete` and `list` of
 * Workers KV, but consistent. One is made for each request. It remembers which version of a key the
 * request has read, and refuses to overwrite or use up a newer one.
 */
export class GrantStore {
  readonly #objects: GrantObjects;
  readonly #now: () => number;
  readonly #versions = new Map<string, number>();

  /** @param now milliseconds since the epoch */
  constructor(objects: GrantObjects, now: () => number) {
    this.#objects = objects;
    this.#now = now;
  }

  /** @returns the value, with `json` parsed; null when there is none */
  async get(key: string, options?: { type: "json" }): Promise<unknown> {
    const name = objectOfKey(key);
    if (name === undefined) return null;
    const object = await this.#objects(name, { creates: false });
    const entry = await object.read(key);
    this.#versions.set(key, entry?.version ?? 0);
    if (entry === undefined) return null;
    return options?.type === "json" ? parseJson(entry.value) : entry.value;
  }

  /** @throws OAuthError `temporarily_unavailable` when another request came first */
  async put(key: string, value: string, options: PutOptions = {}): Promise<void> {
    const { metadata } = options;
    const expiresAt = this.#expiryOf(options);
    const object = await this.#objects(requiredObject(key), { creates: true });
    const expected = this.#versions.get(key);
    const written = await object.write({
      key,
      value,
      ...defined({
        metadata: metadata === undefined ? undefined : JSON.stringify(metadata),
        expiresAt,
        expected,
      }),
    });
    if (!written) throw overtaken();
    if (expected !== undefined) this.#versions.set(key, expected + 1);
    if (expiresAt !== undefined) await this.#keepClient(metadata, expiresAt);
  }

  /** @throws AuthorizationError when another request has used the step of a sign-in up */
  async delete(key: string): Promise<void> {
    const name = objectOfKey(key);
    if (name === undefined) return;
    const object = await this.#objects(name, { creates: false });
    const removed = await object.remove(key);
    if (!removed && key.startsWith("transaction:")) throw usedUp();
  }

  async list({ prefix = "", limit = mostListed, cursor }: ListOptions = {}): Promise<Listed> {
    const name = objectOfKey(prefix);
    if (name === undefined) return { keys: [], list_complete: true };
    const object = await this.#objects(name, { creates: false });
    // One more than is given says whether there are more.
    const found = await object.list(prefix, limit + 1, cursor);
    const keys = found.slice(0, limit).map(({ key, metadata }) => ({
      name: key,
      ...defined({ metadata: metadata === undefined ? undefined : parseJson(metadata) }),
    }));
    const last = keys.at(-1);
    return found.length > limit && last !== undefined
      ? { keys, list_complete: false, cursor: last.name }
      : { keys, list_complete: true };
  }

  #expiryOf({ expirationTtl, expiration }: PutOptions): number | undefined {
    if (expiration !== undefined) return expiration * 1_000;
    return expirationTtl === undefined ? undefined : this.#now() + expirationTtl * 1_000;
  }

  /** A registration lives as long as a grant that was given to it. */
  async #keepClient(metadata: unknown, expiresAt: number): Promise<void> {
    if (typeof metadata !== "object" || metadata === null || !("clientId" in metadata)) return;
    const key = `client:${String(metadata.clientId)}`;
    const name = objectOfKey(key);
    if (name === undefined) return;
    const object = await this.#objects(name, { creates: false });
    await object.extend(key, expiresAt);
  }
}

function requiredObject(key: string): string {
  const name = objectOfKey(key);
  if (name === undefined) throw new TypeError("a key that no object is for");
  return name;
}

const overtaken = (): OAuthError =>
  new OAuthError("temporarily_unavailable", {
    description: "Another request came first; try again.",
    statusCode: 503,
    headers: { "Retry-After": "1" },
  });

const usedUp = (): AuthorizationError =>
  new AuthorizationError("invalid_request", {
    description: "This authorization expired or was already used; start again",
  });
