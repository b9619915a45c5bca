import { generateKeyPairSync, privateDecrypt, type KeyObject } from "node:crypto";
import { constants, createCipheriv, createHmac, publicEncrypt, randomBytes } from "node:crypto";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { openContent, readEncryptedContent } from "../../../src/graph/encrypted-content.ts";

let publicKey: KeyObject;
let key: CryptoKey;
beforeAll(async () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  ({ publicKey } = pair);
  const pkcs8 = new Uint8Array(pair.privateKey.export({ type: "pkcs8", format: "der" }));
  key = await crypto.subtle.importKey("pkcs8", pkcs8, { name: "RSA-OAEP", hash: "SHA-1" }, false, [
    "decrypt",
  ]);
});
afterEach(() => {
  vi.restoreAllMocks();
});

interface Sealing {
  plain?: string;
  keyBytes?: number;
  oaepHash?: string;
  to?: KeyObject;
}

/** As Graph documents it, by other means than the ones that are tested. */
function sealed({
  plain = '{"subject":"Zürich"}',
  keyBytes = 32,
  oaepHash = "sha1",
  to = publicKey,
}: Sealing = {}) {
  const secret = randomBytes(keyBytes);
  const cipher = createCipheriv(`aes-${keyBytes * 8}-cbc`, secret, secret.subarray(0, 16));
  const data = Buffer.concat([cipher.update(plain, "utf8"), cipher.final()]);
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  return {
    encryptionCertificateId: "k",
    data: data.toString("base64"),
    dataSignature: createHmac("sha256", secret).update(data).digest("base64"),
    dataKey: publicEncrypt({ key: to, padding, oaepHash }, secret).toString("base64"),
  };
}

const opened = async (value: unknown) => {
  const content = readEncryptedContent(value);
  return content === undefined ? "unread" : openContent(content, key);
};
/** Names of the algorithms that decrypted something. */
const decryptions = () => {
  const names: unknown[] = [];
  const decrypt = crypto.subtle.decrypt.bind(crypto.subtle);
  vi.spyOn(crypto.subtle, "decrypt").mockImplementation((algorithm, ...rest) => {
    names.push(typeof algorithm === "string" ? algorithm : algorithm.name);
    return decrypt(algorithm, ...rest);
  });
  return names;
};
const flipped = (base64: string) => {
  const bytes = Buffer.from(base64, "base64");
  bytes.writeUInt8(bytes.readUInt8(0) ^ 1, 0);
  return bytes.toString("base64");
};

describe("an item that Graph encrypted", () => {
  test("is opened by the key it is for", async () => {
    const names = decryptions();
    expect(await opened(sealed())).toEqual({ ok: true, value: { subject: "Zürich" } });
    expect(names).toEqual(["RSA-OAEP", "AES-CBC"]);
  });

  test.each<[string, (content: ReturnType<typeof sealed>) => object]>([
    ["data", ({ data }) => ({ data: flipped(data) })],
    ["a signature", ({ dataSignature }) => ({ dataSignature: flipped(dataSignature) })],
    ["a signature too short", () => ({ dataSignature: "AAAA" })],
    ["another's data", () => ({ data: sealed().data })],
    ["data cut off", ({ data }) => ({ data: data.slice(0, -24) })],
  ])("is never decrypted with %s that do not fit", async (_, change) => {
    const content = sealed({ plain: JSON.stringify({ body: "x".repeat(100) }) });
    const names = decryptions();
    expect(await opened({ ...content, ...change(content) })).toEqual({
      ok: false,
      error: "signature",
    });
    expect(names).toEqual(["RSA-OAEP"]);
  });

  test.each<[string, () => object]>([
    [
      "for another key",
      () => sealed({ to: generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey }),
    ],
    ["by OAEP with SHA-256", () => sealed({ oaepHash: "sha256" })],
    ["under a key of 16 bytes", () => sealed({ keyBytes: 16 })],
    ["under a key of its own making", () => ({ ...sealed(), dataKey: "AAAA" })],
  ])("is not opened %s", async (_, content) => {
    const names = decryptions();
    expect(await opened(content())).toEqual({ ok: false, error: "key" });
    expect(names).toEqual(["RSA-OAEP"]);
  });

  test.each([
    "",
    "null",
    "[1]",
    '"text"',
    "{",
    "[".repeat(600),
    `{"a":${"[".repeat(600)}${"]".repeat(600)}}`,
  ])("is none where it holds %j", async (plain) => {
    expect(await opened(sealed({ plain }))).toEqual({ ok: false, error: "content" });
  });

  test.each<[string, unknown]>([
    ["nothing", undefined],
    ["a text", "data"],
    ["a list", []],
  ])("cannot be read from %s", async (_, value) => {
    expect(await opened(value)).toBe("unread");
  });

  test.each(["data", "dataSignature", "dataKey", "encryptionCertificateId"])(
    "cannot be read without %s, or with a number for it",
    async (name) => {
      expect(await opened({ ...sealed(), [name]: undefined })).toBe("unread");
      expect(await opened({ ...sealed(), [name]: 7 })).toBe("unread");
    },
  );

  test.each(["data", "dataSignature", "dataKey"])(
    "cannot be read with a %s that is no base64, or empty",
    async (name) => {
      expect(await opened({ ...sealed(), [name]: "%%%%" })).toBe("unread");
      expect(await opened({ ...sealed(), [name]: "" })).toBe("unread");
    },
  );

  test.each(["dataSignature", "dataKey"])("is not even tried with a long %s", async (name) => {
    expect(await opened({ ...sealed(), [name]: "A".repeat(4_000) })).toBe("unread");
  });
});

test("the tests' own sealing is one that Node opens", () => {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { dataKey } = sealed({ to: pair.publicKey });
  const options = { key: pair.privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING };
  const secret = privateDecrypt({ ...options, oaepHash: "sha1" }, Buffer.from(dataKey, "base64"));
  expect(secret).toHaveLength(32);
});
