import { base64url } from "jose";
import { hexOf } from "../../contract/hex.ts";
import { selfSignedCertificate } from "../../entra/self-signed.ts";
import type { SubscriptionEncryption } from "../../graph/subscriptions.ts";
import type { ConnectionState } from "../connection-state.ts";
import { certificateLife, isWornOut, spentKeys } from "../policy/watch-key-policy.ts";
import type { TokenCipher } from "../tables/token-cipher.ts";
import type { WatchKeyRow } from "../tables/watch-keys.ts";

/** Milliseconds by which Microsoft's clock may be behind ours. */
const clockDifference = 3_600_000;

/** What decrypts for a certificate of {@link WatchKeyring.current}. */
const decryption = { name: "RSA-OAEP", hash: "SHA-1" };
/** RSA of 2048 bits, as it signs its own certificate. */
const signing = {
  name: "RSASSA-PKCS1-v1_5",
  hash: "SHA-256",
  modulusLength: 2048,
  publicExponent: Uint8Array.of(1, 0, 1),
};

export interface WatchKeyringOptions {
  state: ConnectionState;
  cipher: Pick<TokenCipher, "open" | "seal" | "isCurrent">;
  now: () => number;
}

/** The key pairs for which Graph encrypts the items of this connection's watches. */
export class WatchKeyring {
  readonly #options: WatchKeyringOptions;
  readonly #opened = new Map<string, CryptoKey>();
  #current: Promise<SubscriptionEncryption> | undefined;

  constructor(options: WatchKeyringOptions) {
    this.#options = options;
  }

  /**
   * What Graph is to encrypt for from now on. The first use makes a key; one that is a year old, or that
   * no key of the deployment opens any more, gets a successor, and is kept as long as it may be needed.
   */
  current(): Promise<SubscriptionEncryption> {
    // Watches are renewed together: they share one key.
    return (this.#current ??= this.#find().finally(() => {
      this.#current = undefined;
    }));
  }

  /** @returns the private key of a certificate; undefined: it is not ours, or cannot be opened any more */
  async privateKey(id: string): Promise<CryptoKey | undefined> {
    const { state, cipher } = this.#options;
    const row = state.exists ? state.watchKeys.read(id) : undefined;
    if (row === undefined) return undefined;
    const known = this.#opened.get(id);
    if (known !== undefined) return known;
    const opened = await cipher.open("watch_key", row.private_key);
    if (!opened.ok) return undefined;
    const pkcs8 = base64url.decode(opened.value);
    const key = await crypto.subtle.importKey("pkcs8", pkcs8, decryption, false, ["decrypt"]);
    this.#opened.set(id, key);
    return key;
  }

  async #find(): Promise<SubscriptionEncryption> {
    const { state, cipher, now } = this.#options;
    const [newest] = state.watchKeys.list();
    if (newest === undefined || isWornOut(newest, now())) return this.#make();
    const opened = await cipher.open("watch_key", newest.private_key);
    if (!opened.ok) return this.#make();
    if (!cipher.isCurrent(newest.private_key)) {
      state.watchKeys.reseal(newest.id, await cipher.seal("watch_key", opened.value));
    }
    this.#removeSpent();
    return encryptionOf(newest);
  }

  async #make(): Promise<SubscriptionEncryption> {
    const { state, cipher, now } = this.#options;
    const { ends } = state;
    const pair = await crypto.subtle.generateKey(signing, true, ["sign", "verify"]);
    if (!("privateKey" in pair)) throw new TypeError("a key was made in place of a pair");
    const pkcs8 = await crypto.subtle.exportKey("pkcs8", pair.privateKey);
    if (!(pkcs8 instanceof ArrayBuffer)) throw new TypeError("a key was not exported as bytes");
    const madeAt = now();
    const certificate = await selfSignedCertificate(pair, "encrypts", {
      commonName: "azure-integration-worker",
      notBefore: madeAt - clockDifference,
      notAfter: madeAt + certificateLife,
    });
    const made = {
      id: hexOf(crypto.getRandomValues(new Uint8Array(12))),
      certificate: btoa(String.fromCharCode(...certificate)),
      private_key: await cipher.seal("watch_key", base64url.encode(new Uint8Array(pkcs8))),
      created_at: madeAt,
    };
    // What was ended meanwhile keeps nothing; whoever asked finds out by itself.
    if (state.exists && state.ends === ends) {
      state.watchKeys.add(made);
      this.#removeSpent();
    }
    return encryptionOf(made);
  }

  #removeSpent(): void {
    const { state, now } = this.#options;
    const inUse = new Set(state.watches.list().flatMap(({ encrypted_for: id }) => id ?? []));
    for (const id of spentKeys(state.watchKeys.list(), inUse, now())) {
      state.watchKeys.remove(id);
      this.#opened.delete(id);
    }
  }
}

const encryptionOf = ({
  id,
  certificate,
}: Pick<WatchKeyRow, "id" | "certificate">): SubscriptionEncryption => ({ id, certificate });
