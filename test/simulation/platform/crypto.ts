import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  timingSafeEqual,
  type KeyObject,
} from "node:crypto";

/** A key of the simulation. A library takes it for one of WebCrypto by its tag. */
class SimulatedKey {
  readonly [Symbol.toStringTag] = "CryptoKey";
  readonly type: string;
  readonly extractable = false;
  readonly algorithm: Record<string, unknown>;
  readonly usages: readonly string[];
  readonly material: KeyObject;

  constructor(
    type: string,
    algorithm: Record<string, unknown>,
    usages: readonly string[],
    material: Uint8Array,
  ) {
    this.type = type;
    this.algorithm = algorithm;
    this.usages = usages;
    this.material = createSecretKey(material);
  }
}

type Bytes = ArrayBuffer | ArrayBufferView;

const bytesOf = (data: Bytes): Uint8Array =>
  data instanceof ArrayBuffer
    ? new Uint8Array(data)
    : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

const bufferOf = (bytes: Uint8Array): ArrayBuffer => {
  const copy = new ArrayBuffer(bytes.byteLength);
  new Uint8Array(copy).set(bytes);
  return copy;
};

interface Algorithm {
  name: string;
  hash?: string | { name: string };
  iv?: Bytes;
  additionalData?: Bytes;
  info?: Bytes;
  salt?: Bytes;
  length?: number;
}

const named = (algorithm: string | Algorithm): Algorithm =>
  typeof algorithm === "string" ? { name: algorithm } : algorithm;

const tagLength = 16;

/** The two halves of a key pair that signs by {@link simulatedSubtle}. */
export function simulatedKeyPair(modulus: string) {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    hash: { name: "SHA-256" },
    modulusLength: 2_048,
  };
  const material = new TextEncoder().encode(JSON.stringify(modulus));
  return {
    privateKey: new SimulatedKey("private", algorithm, ["sign"], material),
    publicKey: new SimulatedKey("public", algorithm, ["verify"], material),
  };
}

/**
 * WebCrypto for the simulation: the same ciphers and hashes, done at once, so that when a promise ends is
 * decided by the scheduler and not by a thread. RSA alone is played, by an HMAC under the modulus: who
 * checks which signature is what matters here, and a real one would take most of a schedule's time.
 *
 * @param settle makes the promise of a result
 * @param before called with each encryption and decryption before it is done
 */
export function simulatedSubtle(
  settle: <Value>(work: () => Value) => Promise<Value>,
  before: (operation: "encrypt" | "decrypt", boundTo: Uint8Array | undefined) => void,
) {
  const cipher = ({ iv, additionalData }: Algorithm, key: SimulatedKey) => {
    const mode = key.material.symmetricKeySize === 32 ? "aes-256-gcm" : "aes-128-gcm";
    const nonce = bytesOf(iv ?? new Uint8Array());
    return { mode, nonce, bound: additionalData && bytesOf(additionalData) } as const;
  };
  const mac = (key: SimulatedKey, data: Bytes): Buffer =>
    createHmac("sha256", key.material).update(bytesOf(data)).digest();

  return {
    digest: (_: string | Algorithm, data: Bytes) =>
      settle(() => bufferOf(createHash("sha256").update(bytesOf(data)).digest())),

    importKey: (
      format: string,
      data: unknown,
      algorithm: string | Algorithm,
      _: boolean,
      usages: readonly string[],
    ) =>
      settle(() => {
        const { hash, ...rest } = named(algorithm);
        const described = { ...rest, hash: typeof hash === "string" ? { name: hash } : hash };
        if (format === "jwk") {
          const modulus = JSON.stringify(Object(data).n);
          const facts = { ...described, modulusLength: 2_048 };
          return new SimulatedKey("public", facts, usages, new TextEncoder().encode(modulus));
        }
        return new SimulatedKey("secret", described, usages, bytesOf(data as Bytes).slice());
      }),

    encrypt: (algorithm: Algorithm, key: SimulatedKey, data: Bytes) => {
      const { mode, nonce, bound } = cipher(algorithm, key);
      before("encrypt", bound);
      return settle(() => {
        const work = createCipheriv(mode, key.material, nonce);
        if (bound !== undefined) work.setAAD(bound);
        return bufferOf(
          Buffer.concat([work.update(bytesOf(data)), work.final(), work.getAuthTag()]),
        );
      });
    },

    decrypt: (algorithm: Algorithm, key: SimulatedKey, data: Bytes) => {
      const { mode, nonce, bound } = cipher(algorithm, key);
      before("decrypt", bound);
      return settle(() => {
        const sealed = bytesOf(data);
        const work = createDecipheriv(mode, key.material, nonce);
        if (bound !== undefined) work.setAAD(bound);
        work.setAuthTag(sealed.subarray(-tagLength));
        return bufferOf(Buffer.concat([work.update(sealed.subarray(0, -tagLength)), work.final()]));
      });
    },

    sign: (_: string | Algorithm, key: SimulatedKey, data: Bytes) =>
      settle(() => bufferOf(mac(key, data))),

    verify: (_: string | Algorithm, key: SimulatedKey, signature: Bytes, data: Bytes) =>
      settle(() => {
        const [one, other] = [bytesOf(signature), mac(key, data)];
        return one.byteLength === other.byteLength && timingSafeEqual(one, other);
      }),

    deriveKey: (
      { info, salt }: Algorithm,
      key: SimulatedKey,
      derived: Algorithm,
      _: boolean,
      usages: readonly string[],
    ) =>
      settle(() => {
        const none = new Uint8Array();
        const bits = hkdfSync(
          "sha256",
          key.material,
          bytesOf(salt ?? none),
          bytesOf(info ?? none),
          (derived.length ?? 256) / 8,
        );
        const { hash, ...rest } = derived;
        const described = { ...rest, hash: typeof hash === "string" ? { name: hash } : hash };
        return new SimulatedKey("secret", described, usages, new Uint8Array(bits));
      }),
  };
}
