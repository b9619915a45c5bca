import { createHash } from "node:crypto";
import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { bytesOf, digestOf, startBigDrive, type BigDrive } from "../support/big-drive.ts";
import { peakMemory } from "../support/memory.ts";
import { signIn } from "../support/sign-in.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

const mebibyte = 1024 * 1024;
const large = 100 * mebibyte;
const small = mebibyte;
const headers = {
  authorization: "Bearer azk_all_all-secret",
  "x-azure-connection": "user:ada",
};

let worker: TestWorker;
let drive: BigDrive;

beforeAll(async () => {
  drive = await startBigDrive();
  worker = await startTestWorker({ variables: { AZURE_GRAPH_ENDPOINT: drive.endpoint } });
  await signIn(worker.url, { userId: "ada", scopes: ["Files.ReadWrite"] });
});

afterAll(async () => {
  await worker.close();
  await drive.close();
});

const contentUrl = (size: number) => `${worker.url}/graph/v1.0/me/drive/root:/${size}.bin:/content`;

/** @param onFirstBytes called when they arrive */
async function download(size: number, onFirstBytes = () => {}) {
  const response = await fetch(contentUrl(size), { headers });
  const hash = createHash("sha256");
  let received = 0;
  for await (const bytes of response.body ?? []) {
    if (received === 0) onFirstBytes();
    received += bytes.length;
    hash.update(bytes);
  }
  const contentLength = response.headers.get("content-length");
  return { status: response.status, contentLength, received, digest: hash.digest("hex") };
}

/** @param afterFirstBlock awaited before anything but the first 64 KiB is sent */
async function upload(size: number, afterFirstBlock: Promise<unknown> = Promise.resolve()) {
  const outgoing = request(contentUrl(size), {
    method: "PUT",
    headers: { ...headers, "content-type": "application/octet-stream", "content-length": size },
  });
  const answered = once(outgoing, "response") as Promise<[IncomingMessage]>;
  let first = true;
  for (const bytes of bytesOf(size)) {
    if (!outgoing.write(bytes)) await once(outgoing, "drain");
    if (first) await afterFirstBlock;
    first = false;
  }
  outgoing.end();
  const [response] = await answered;
  return { status: response.statusCode, body: await json(response) };
}

/** How much of a large transfer's bytes the Workers runtimes held at once, beyond a small one's. */
async function shareHeld(transfer: (size: number) => Promise<unknown>): Promise<number> {
  const runtimes = worker.runtimes();
  const few = await peakMemory(runtimes, async () => {
    for (let round = 0; round < 5; round += 1) await transfer(small);
  });
  const many = await peakMemory(runtimes, () => transfer(large));
  return (many - few) / large;
}

describe("100 MiB through the gateway", () => {
  it("come down with their length, the first before the last were sent, and without the token", async () => {
    let arrived = () => {};
    drive.afterFirstBlock = new Promise<void>((resolve) => (arrived = resolve));
    const got = await download(large, arrived);
    drive.afterFirstBlock = Promise.resolve();
    expect(got).toEqual({
      status: 200,
      contentLength: String(large),
      received: large,
      digest: digestOf(large),
    });
    expect(drive.tokensAtStorage).toBe(0);
  });

  it("go up with their length, the first before the last were sent", async () => {
    const arrived = new Promise<void>((resolve) => (drive.onFirstBytes = resolve));
    const { status, body } = await upload(large, arrived);
    expect(status).toBe(201);
    expect(body).toEqual({ size: large, digest: digestOf(large), contentLength: String(large) });
  });

  it("are never held: coming down they take no quarter of their size in memory", async () => {
    expect(await shareHeld((size) => download(size))).toBeLessThan(0.25);
  });

  it("are never held: going up they take no quarter of their size in memory", async () => {
    expect(await shareHeld((size) => upload(size))).toBeLessThan(0.25);
  });
});
