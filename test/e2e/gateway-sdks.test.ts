import { once } from "node:events";
import { IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";
import tls from "node:tls";
import type { ResourceManagementClient } from "@azure/arm-resources";
import {
  BatchRequestContent,
  BatchResponseContent,
  type Client,
  FileUpload,
  LargeFileUploadTask,
  PageIterator,
  ResponseType,
} from "@microsoft/microsoft-graph-client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod";
import { CONTOSO_SUBSCRIPTION } from "../sandbox/constants.ts";
import { control, requestsOf } from "../support/sandbox-control.ts";
import { graphSdk, resourcesSdk, subscriptionsSdk } from "../support/gateway-sdks.ts";
import { signIn } from "../support/sign-in.ts";
import { startTestWorker, type TestWorker } from "../support/worker.ts";

const apiKey = "azk_all_all-secret";
const connectPage = "https://app.example/connect";
const connectionHeader = { "x-azure-connection": "user:ada" };
const authorities = tls.getCACertificates("default");

let worker: TestWorker;
/** All that the SDKs were told. */
let told = "";
let graph: Client;
let resources: ResourceManagementClient;

/** A client of Resource Manager's for a connection. @param headers that name the connection */
const resourcesOf = (headers: Record<string, string>, token = apiKey) =>
  resourcesSdk({ origin: worker.tls.url, token, headers });

beforeAll(async () => {
  worker = await startTestWorker({
    observe: (text) => (told += text),
    variables: { CONNECT_PAGE_URL: connectPage },
  });
  tls.setDefaultCACertificates([...authorities, worker.certificate.ca]);
  await signIn(worker.url, { userId: "ada", scopes: ["Files.ReadWrite"] });
  graph = graphSdk({ origin: worker.tls.url, token: apiKey, headers: connectionHeader });
  resources = resourcesOf(connectionHeader);
});

afterAll(async () => {
  tls.setDefaultCACertificates(authorities);
  await worker.close();
});

const idOf = (item: unknown): string => z.object({ id: z.string() }).parse(item).id;

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** How often the sandbox was asked for this since a moment. */
async function asked(part: string): Promise<number> {
  const requests = await requestsOf(worker.sandbox);
  return requests.filter(({ url }) => url.includes(part)).length;
}

describe("Microsoft's own Graph client, given the gateway's address and an API key", () => {
  it("iterates over 250 messages in pages of 40, each link leading back through the gateway", async () => {
    const first: unknown = await graph.api("/me/messages").top(40).select("id").get();
    const page = z
      .object({ "@odata.nextLink": z.string(), value: z.array(z.unknown()) })
      .parse(first);
    expect(page["@odata.nextLink"]).toMatch(
      new RegExp(`^${worker.tls.url}/graph/v1\\.0/me/messages\\?`),
    );
    const ids: string[] = [];
    const iterator = new PageIterator(
      graph,
      page,
      (message: unknown) => ids.push(idOf(message)) > 0,
      { headers: connectionHeader },
    );
    await iterator.iterate();
    expect(iterator.isComplete()).toBe(true);
    expect(new Set(ids).size).toBe(250);
    expect(ids).toHaveLength(250);
    expect(await asked("/me/messages")).toBe(7);
  });

  it("uploads 12 MiB through an upload session", async () => {
    const size = 12 * 1024 * 1024;
    const bytes = new Uint8Array(size).map((_, index) => (index * 31) % 251);
    const session = await LargeFileUploadTask.createUploadSession(
      graph,
      "/me/drive/root:/Reports/large.bin:/createUploadSession",
      { item: { "@microsoft.graph.conflictBehavior": "replace" } },
      connectionHeader,
    );
    // Microsoft's storage is another host, by https; the sandbox has one origin for all, by http.
    session.url = session.url.replace(
      worker.sandbox.url,
      worker.sandbox.httpsUrl.replace("localhost", "127.0.0.1"),
    );
    const task = new LargeFileUploadTask(graph, new FileUpload(bytes, "large.bin", size), session, {
      rangeSize: 15 * 320 * 1024,
    });
    const result = await task.upload();
    expect(result.responseBody).toMatchObject({ name: "large.bin", size });
    expect(await asked("/_storage/upload/")).toBe(3);
    const read: unknown = await graph
      .api("/me/drive/root:/Reports/large.bin:/content")
      .responseType(ResponseType.ARRAYBUFFER)
      .get();
    expect(Buffer.from(read as ArrayBuffer).equals(bytes)).toBe(true);
  });

  it("sends 20 requests in one batch and gets 20 answers", async () => {
    const content = new BatchRequestContent();
    for (let number = 1; number <= 20; number += 1) {
      const url =
        number === 20
          ? "https://graph/me/drive/root:/missing.txt"
          : `https://graph/me/messages?$top=1&$skip=${number}`;
      content.addRequest({ id: String(number), request: new Request(url) });
    }
    const answer: unknown = await graph.api("/$batch").post(await content.getContent());
    const responses = new BatchResponseContent(
      answer as ConstructorParameters<typeof BatchResponseContent>[0],
    );
    for (let number = 1; number < 20; number += 1) {
      expect(responses.getResponseById(String(number)).status).toBe(200);
    }
    expect(responses.getResponseById("20").status).toBe(404);
  });

  it("throws Graph's own error for what is not there", async () => {
    const error: unknown = await graph
      .api("/me/drive/root:/missing.txt")
      .get()
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ statusCode: 404, code: "itemNotFound" });
  });
});

describe("Microsoft's own Resource Manager client, given the gateway's address and an API key", () => {
  it("creates, lists, tags and deletes a group by its poller", async () => {
    const groups = resources.resourceGroups;
    const made = await groups.createOrUpdate("by-gateway", { location: "westeurope" });
    expect(made.properties?.provisioningState).toBe("Succeeded");
    const scope = `subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/by-gateway`;
    await resources.tagsOperations.updateAtScope(scope, {
      operation: "Merge",
      properties: { tags: { team: "data" } },
    });
    const tagged = await collect(
      groups.list({ filter: "tagName eq 'team' and tagValue eq 'data'" }),
    );
    expect(tagged.map(({ name }) => name)).toEqual(["by-gateway"]);
    await groups.delete("by-gateway");
    const gone: unknown = await groups.get("by-gateway").catch((error: unknown) => error);
    expect(gone).toMatchObject({ statusCode: 404, code: "ResourceGroupNotFound" });
    expect(await asked("/operationresults/")).toBeGreaterThan(0);
  });

  it("creates and deletes a resource whose operation is named by a header", async () => {
    const id = `subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/contoso-staging/providers/Microsoft.Compute/disks/by-gateway`;
    const version = "2024-03-02";
    const made = await resources.resources.createOrUpdateById(id, version, {
      location: "northeurope",
      properties: { creationData: { createOption: "Empty" }, diskSizeGB: 32 },
    });
    expect(made).toMatchObject({
      name: "by-gateway",
      properties: { provisioningState: "Succeeded" },
    });
    await resources.resources.deleteById(id, version);
    const gone: unknown = await resources.resources
      .getById(id, version)
      .catch((error: unknown) => error);
    expect(gone).toMatchObject({ statusCode: 404, code: "ResourceNotFound" });
  });

  it("lists the user's subscriptions", async () => {
    const { subscriptions } = subscriptionsSdk({
      origin: worker.tls.url,
      token: apiKey,
      headers: connectionHeader,
    });
    const names = (await collect(subscriptions.list())).map(({ displayName }) => displayName);
    expect(names).toEqual(["Contoso Production", "Contoso Engineering"]);
  });

  it("lists all resources of a large group over several pages", async () => {
    await control(worker.sandbox, "settings", { page_size: 40 });
    const all = await collect(resources.resources.listByResourceGroup("contoso-production"));
    await control(worker.sandbox, "settings", { page_size: null });
    expect(new Set(all.map(({ id }) => id?.toLowerCase())).size).toBe(121);
  });
});

describe("a client of plain HTTP", () => {
  it.each([
    ["GET", "/graph/v1.0/me"],
    ["HEAD", "/graph/v1.0/me"],
    ["GET", "/graph/v1.0/me/messages?$top=1"],
    ["GET", "/arm/subscriptions?api-version=2022-12-01"],
  ])("is told that %s %s takes no body, and Microsoft is not asked", async (method, path) => {
    const before = await asked(path.slice(path.indexOf("/", 1)));
    const headers = { authorization: `Bearer ${apiKey}`, ...connectionHeader, "content-length": 3 };
    const sent = request(worker.url + path, { method, headers }).end("abc");
    const [answer] = z.tuple([z.instanceof(IncomingMessage)]).parse(await once(sent, "response"));
    expect([answer.statusCode, answer.headers["x-azure-error"]]).toEqual([400, "invalid_request"]);
    expect(await text(answer)).toContain(method === "HEAD" ? "" : '"details":{"field":"body"}');
    expect(await asked(path.slice(path.indexOf("/", 1)))).toBe(before);
  });
});

describe("az rest, as version 2.45 sends its requests", () => {
  const az = (path: string, connection: string, init: RequestInit = {}) =>
    fetch(worker.tls.url + path, {
      ...init,
      headers: {
        "user-agent": "python/3.11.2 (Linux-6.1-x86_64-with-glibc2.36) AZURECLI/2.45.0 (DEB)",
        "accept-encoding": "gzip, deflate",
        accept: "*/*",
        authorization: `Bearer ${apiKey}`,
        "x-azure-connection": connection,
        "x-ms-client-request-id": "79dca87b-a964-467f-abdf-776754e7b787",
        commandname: "rest",
        parametersetname: "--skip-authorization-header --headers --url",
        ...(init.body !== undefined && { "content-type": "application/json" }),
      },
    });
  const group = `/arm/subscriptions/${CONTOSO_SUBSCRIPTION}/resourceGroups/by-az?api-version=2021-04-01`;

  it("reads and writes", async () => {
    const body = JSON.stringify({ location: "westeurope" });
    const made = await az(group, "user:ada", { method: "PUT", body });
    expect(await made.json()).toMatchObject({ name: "by-az", location: "westeurope" });
    const me = await az("/graph/v1.0/me", "user:ada");
    expect(await me.json()).toMatchObject({ displayName: "Ada Lovelace" });
    expect((await az(group, "user:ada", { method: "DELETE" })).status).toBe(202);
  });

  it("prints the body of an error, which has our code, sentence and request id", async () => {
    const refused = await az("/graph/v1.0/me", "user:nobody-yet");
    expect(refused.status).toBe(404);
    expect(await refused.json()).toMatchObject({
      error: {
        code: "not_found",
        message: "There is no such connection.",
        innerError: { "request-id": refused.headers.get("x-request-id") },
      },
    });
  });
});

describe("an error of ours, shown by Microsoft's own clients", () => {
  const somebody = { "x-azure-connection": "user:nobody-yet" };
  const thrown = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
  it("is a GraphError with our code, sentence and request id", async () => {
    const unknown = await thrown(graph.api("/me").headers(somebody).get());
    expect(unknown).toMatchObject({
      statusCode: 404,
      code: "not_found",
      message: "There is no such connection.",
      requestId: expect.stringMatching(/^[\da-f-]{36}$/),
    });
    const unsaid = await thrown(graph.api("/me").headers({ "x-azure-connection": "ada" }).get());
    expect(unsaid).toMatchObject({
      statusCode: 400,
      code: "invalid_request",
      message: expect.stringContaining("x-azure-connection"),
    });
  });

  it("is a RestError with our code and sentence, and our other details", async () => {
    const unknown = await thrown(resourcesOf(somebody).resourceGroups.get("contoso-production"));
    expect(unknown).toMatchObject({
      statusCode: 404,
      code: "not_found",
      message: expect.stringContaining("There is no such connection."),
      details: { error: { additionalInfo: [{ info: { code: "not_found" } }] } },
    });
    const refused = await thrown(
      resourcesOf(connectionHeader, "azk_none_none-secret").resourceGroups.get("x"),
    );
    expect(refused).toMatchObject({
      statusCode: 403,
      code: "forbidden",
      message: expect.stringContaining("arm:read"),
      details: {
        error: { additionalInfo: [{ info: { details: { scope: "arm:read" } } }] },
      },
    });
  });

  it("names to both of a disconnected connection what mends it", async () => {
    await signIn(worker.url, { userId: "leaver" });
    const gone = { "x-azure-connection": "user:leaver" };
    await fetch(`${worker.url}/connections/user:leaver`, {
      method: "DELETE",
      headers: { authorization: `Bearer ${apiKey}` },
    });
    const ofGraph = await thrown(graph.api("/me").headers(gone).get());
    expect(ofGraph).toMatchObject({ statusCode: 424, code: "action_required" });
    const { body } = z.object({ body: z.string() }).parse(ofGraph);
    const remedy = { action: "sign_in", connect_url: connectPage };
    expect(JSON.parse(body)).toMatchObject({ innerError: { remedy } });
    const { subscriptions } = subscriptionsSdk({
      origin: worker.tls.url,
      token: apiKey,
      headers: gone,
    });
    // This one keeps code and sentence, and whoever wants more has to look at the answer.
    let answered: unknown;
    const onResponse = ({ parsedBody }: { parsedBody?: unknown }) => (answered = parsedBody);
    const ofSubscriptions = await thrown(subscriptions.get(CONTOSO_SUBSCRIPTION, { onResponse }));
    expect(ofSubscriptions).toMatchObject({
      statusCode: 424,
      code: "action_required",
      message: expect.stringContaining("Sign in with Microsoft"),
    });
    expect(answered).toMatchObject({ error: { innerError: { remedy } } });
    const ofArm = await thrown(resourcesOf(gone).resourceGroups.get("contoso-production"));
    expect(ofArm).toMatchObject({
      statusCode: 424,
      code: "action_required",
      message: expect.stringContaining("Sign in with Microsoft"),
      details: { error: { additionalInfo: [{ info: { remedy } }] } },
    });
  });
});

it("gives the SDKs no token of Microsoft's", async () => {
  const tokens = await Promise.all(
    ["graph", "arm"].map(async (resource) => {
      const answer = await fetch(`${worker.url}/connections/user:ada/token?resource=${resource}`, {
        headers: { authorization: `Bearer ${apiKey}` },
      });
      const { data } = z
        .object({ data: z.object({ token: z.string() }) })
        .parse(await answer.json());
      return data.token;
    }),
  );
  const heard = (text: string) => told.includes(text);
  // Both services were listened to, and in clear.
  expect([heard("@odata.nextLink"), heard("contoso-production")]).toEqual([true, true]);
  expect(tokens.map(heard)).toEqual([false, false]);
  expect(/eyJ[\w-]+\.eyJ[\w-]+\./.test(told)).toBe(false);
  // No link leads past the gateway, but for the storage, which takes no token.
  expect(heard(`${worker.sandbox.url}/arm/`)).toBe(false);
});
