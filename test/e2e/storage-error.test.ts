import { createServer } from "node:http";
import type { Server } from "node:net";
import { AnonymousCredential, BlobServiceClient, type ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, expect, test } from "vitest";
import { failure } from "../../src/contract/errors.ts";
import { microsoftErrorResponse } from "../../src/http/microsoft-error.ts";
import { listenLocally } from "../sandbox/loopback.ts";

/** Storage writes its errors as XML, with the code in a header; its SDK reads Microsoft's JSON as well. */

const own = failure("action_required", "Sign in with Microsoft to connect.");

let servers: Server[];
let container: ContainerClient;
beforeAll(async () => {
  const refuse = () =>
    createServer(async ({ method }, outgoing) => {
      const { status, headers, body } = microsoftErrorResponse(own);
      outgoing.writeHead(status, Object.fromEntries(headers));
      outgoing.end(method === "HEAD" ? "" : await new Response(body).text());
    });
  const listening = await listenLocally(refuse, 0);
  servers = listening.servers;
  container = new BlobServiceClient(
    `http://localhost:${listening.port}`,
    new AnonymousCredential(),
  ).getContainerClient("reports");
});
afterAll(() => servers.forEach((server) => server.close()));

const thrown = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => error,
  );

test.each([
  ["a list", () => container.listBlobsFlat().next()],
  ["a download", () => container.getBlobClient("a.txt").download()],
  ["an upload", () => container.getBlockBlobClient("a.txt").upload("text", 4)],
])("the Storage SDK shows code and sentence of an error of ours: %s", async (_, call) => {
  expect(await thrown(call())).toMatchObject({
    statusCode: 424,
    code: own.code,
    message: own.message,
  });
});

test("the Storage SDK shows the code where there is no body", async () => {
  expect(await thrown(container.getBlobClient("a.txt").getProperties())).toMatchObject({
    statusCode: 424,
    details: { errorCode: own.code },
  });
});
