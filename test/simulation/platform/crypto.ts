import {
  createHmac,
  createSecretKey,
  hash,
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
  readonly bytes: Uint8Array;
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
    this.bytes = material;
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

/** As a key tells of it: the name of its hash is an object. */
const describe = ({ hash: digest, ...rest }: Algorithm) => ({
  ...rest,
  hash: typeof digest === "string" ? { name: digest } : digest,
});

const tagLength = 16;

/** Puts a tag (FNV-1a) behind a text: of the text, and of all that it is bound to. */
function tagInto(sealed: Uint8Array, text: Uint8Array, bound: (Uint8Array | undefined)[]): void {
  let sum = 0x811c9dc5;
  for (const bytes of [...bound, text]) {
    const { length } = bytes ?? [];
    for (let index = 0; index < length; index += 1) {
      sum = Math.imul(sum ^ (bytes?.[index] ?? 0), 0x01000193);
    }
    sum = Math.imul(sum ^ 0x100, 0x01000193);
  }
  const place = text.byteLength;
  for (let index = 0; index < tagLength; index += 1) {
    sealed[place + index] = sum >>> ((index % 4) * 8);
  }
}

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
 * WebCrypto for the simulation, done at once, so that when a promise ends is decided by the scheduler and
 * not by a thread. RSA and AES are played: who checks which signature, and what opens with which key and
 * in whose place, is what matters here, and the real ones would take a good part of a schedule's time. RSA
 * is an HMAC under the modulus; AES-GCM leaves the text as it is, with a tag over key, place and text.
 *
 * @param settle makes the promise of a result
 * @param before called with each encryption and decryption before it is done
 */
export function simulatedSubtle(
  settle: <Value>(work: () => Value) => Promise<Value>,
  before: (operation: "encrypt" | "decrypt", boundTo: Uint8Array | undefined) => void,
) {
  const mac = (key: SimulatedKey, data: Bytes): Buffer =>
    createHmac("sha256", key.material).update(bytesOf(data)).digest();

  return {
    digest: (_: string | Algorithm, data: Bytes) =>
      settle(() => bufferOf(hash("sha256", bytesOf(data), "buffer"))),

    importKey: (
      format: string,
      data: unknown,
      algorithm: string | Algorithm,
      _: boolean,
      usages: readonly string[],
    ) =>
      settle(() => {
        const described = describe(named(algorithm));
        if (format === "jwk") {
          const modulus = JSON.stringify(Object(data).n);
          const facts = { ...described, modulusLength: 2_048 };
          return new SimulatedKey("public", facts, usages, new TextEncoder().encode(modulus));
        }
        return new SimulatedKey("secret", described, usages, bytesOf(data as Bytes).slice());
      }),

    encrypt: ({ iv, additionalData }: Algorithm, key: SimulatedKey, data: Bytes) => {
      const bound = additionalData && bytesOf(additionalData);
      before("encrypt", bound);
      return settle(() => {
        const text = bytesOf(data);
        const sealed = new Uint8Array(text.byteLength + tagLength);
        sealed.set(text);
        tagInto(sealed, text, [key.bytes, iv && bytesOf(iv), bound]);
        return sealed.buffer;
      });
    },

    decrypt: ({ iv, additionalData }: Algorithm, key: SimulatedKey, data: Bytes) => {
      const bound = additionalData && bytesOf(additionalData);
      before("decrypt", bound);
      return settle(() => {
        const sealed = bytesOf(data);
        const text = sealed.slice(0, Math.max(0, sealed.byteLength - tagLength));
        const expected = new Uint8Array(text.byteLength + tagLength);
        tagInto(expected, text, [key.bytes, iv && bytesOf(iv), bound]);
        const isGenuine =
          sealed.byteLength === expected.byteLength &&
          sealed
            .subarray(-tagLength)
            .every((byte, place) => byte === expected.at(place - tagLength));
        if (!isGenuine) throw new DOMException("it does not open", "OperationError");
        return text.buffer;
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
        const described = describe(derived);
        return new SimulatedKey("secret", described, usages, new Uint8Array(bits));
      }),
  };
}
