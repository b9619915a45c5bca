import type { World } from "../world.ts";

const RECOVERABLE_DAYS = 90;
const DAY_SECONDS = 86_400;

export interface SecretAttributes {
  enabled: boolean;
  /** Unix seconds. */
  nbf?: number;
  exp?: number;
  created: number;
  updated: number;
}

export interface SecretVersion {
  /** 32 hexadecimal digits. */
  version: string;
  value: string;
  contentType?: string;
  tags?: Record<string, string>;
  attributes: SecretAttributes;
}

export interface Secret {
  /** As it was first written; names are one whatever their case. */
  name: string;
  /** Oldest first; the last is the current one. */
  versions: SecretVersion[];
}

export interface DeletedSecret extends Secret {
  /** Unix seconds. */
  deletedDate: number;
  scheduledPurgeDate: number;
}

/** The secrets of one vault, the deleted ones beside the living. */
export class SecretStore {
  readonly #world: Pick<World, "now" | "guid">;
  readonly #secrets = new Map<string, Secret>();
  readonly #deleted = new Map<string, DeletedSecret>();

  constructor(world: Pick<World, "now" | "guid">) {
    this.#world = world;
  }

  now(): number {
    return Math.floor(this.#world.now() / 1000);
  }

  list(): Secret[] {
    return [...this.#secrets.values()];
  }

  get(name: string): Secret | undefined {
    return this.#secrets.get(name.toLowerCase());
  }

  listDeleted(): DeletedSecret[] {
    return [...this.#deleted.values()];
  }

  getDeleted(name: string): DeletedSecret | undefined {
    return this.#deleted.get(name.toLowerCase());
  }

  /** Adds a version, and the secret itself when it is new. */
  set(
    name: string,
    content: Pick<SecretVersion, "value" | "contentType" | "tags"> & {
      attributes?: Partial<Pick<SecretAttributes, "enabled" | "nbf" | "exp">>;
    },
  ): { secret: Secret; version: SecretVersion } {
    const now = this.now();
    const { attributes, ...rest } = content;
    const version: SecretVersion = {
      ...rest,
      version: this.#world.guid().replaceAll("-", ""),
      attributes: { enabled: true, ...attributes, created: now, updated: now },
    };
    const secret = this.get(name) ?? { name, versions: [] };
    secret.versions.push(version);
    this.#secrets.set(name.toLowerCase(), secret);
    return { secret, version };
  }

  /** Deletes softly: the name stays taken until the secret is recovered or purged. */
  delete(secret: Secret): DeletedSecret {
    const deletedDate = this.now();
    const deleted: DeletedSecret = {
      ...secret,
      deletedDate,
      scheduledPurgeDate: deletedDate + RECOVERABLE_DAYS * DAY_SECONDS,
    };
    this.#secrets.delete(secret.name.toLowerCase());
    this.#deleted.set(secret.name.toLowerCase(), deleted);
    return deleted;
  }

  recover({ name, versions }: DeletedSecret): Secret {
    const secret: Secret = { name, versions };
    this.#deleted.delete(name.toLowerCase());
    this.#secrets.set(name.toLowerCase(), secret);
    return secret;
  }

  purge({ name }: DeletedSecret): void {
    this.#deleted.delete(name.toLowerCase());
  }
}

/** The version asked for, the current one by default. */
export const versionOf = (secret: Secret, version?: string): SecretVersion | undefined =>
  version ? secret.versions.find((each) => each.version === version) : secret.versions.at(-1);

export const recovery = {
  recoveryLevel: "Recoverable+Purgeable",
  recoverableDays: RECOVERABLE_DAYS,
};
