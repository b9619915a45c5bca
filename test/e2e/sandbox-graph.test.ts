import { getCACertificates, setDefaultCACertificates } from "node:tls";
import {
  BatchRequestContent,
  BatchResponseContent,
  Client,
  FileUpload,
  GraphError,
  LargeFileUploadTask,
  PageIterator,
} from "@microsoft/microsoft-graph-client";
import type { PageCollection } from "@microsoft/microsoft-graph-client";
import type { DriveItem, Event, Message } from "@microsoft/microsoft-graph-types";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startSandboxServer } from "../sandbox/server.ts";
import type { SandboxServer } from "../sandbox/server.ts";
import { sandboxCredential } from "./arm-credential.ts";

const SCOPES = [
  "User.Read",
  "Mail.ReadWrite",
  "Mail.Send",
  "Calendars.ReadWrite",
  "Files.ReadWrite",
];

let server: SandboxServer;
let client: Client;
/** Knows no host to send its token to, as the real client knows none of OneDrive's. */
let stranger: Client;
const trusted = getCACertificates("default");

beforeAll(async () => {
  server = await startSandboxServer({ port: 0, httpsPort: 0 });
  setDefaultCACertificates([...trusted, server.ca]);
  const credential = sandboxCredential(server, "ada@contoso.example");
  const scopes = SCOPES.map((scope) => `https://graph.microsoft.com/${scope}`);
  const { token } = await credential.getToken(scopes);
  const options = {
    baseUrl: `${server.httpsUrl}/graph`,
    authProvider: (done: (error: unknown, token: string | null) => void) => done(null, token),
  };
  client = Client.init({ ...options, customHosts: new Set(["localhost"]) });
  stranger = Client.init(options);
});
afterAll(async () => {
  setDefaultCACertificates(trusted);
  await server.close();
});

async function control(method: string, path: string, body?: unknown): Promise<Response> {
  return fetch(`${server.url}/_sandbox/${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}
beforeEach(() => control("POST", "reset"));

describe("Microsoft's own Graph client against the sandbox", () => {
  it("iterates over Ada's 250 messages", async () => {
    const first: PageCollection = await client.api("/me/messages").select("subject").get();
    const ids = new Set<string>();
    const iterator = new PageIterator(client, first, (message: Message) => {
      ids.add(message.id ?? "");
      return true;
    });
    await iterator.iterate();
    expect(ids.size).toBe(250);
    expect(iterator.isComplete()).toBe(true);
  });

  it("filters, expands and creates what a calendar holds", async () => {
    const created: Event = await client.api("/me/events").post({
      subject: "From the SDK",
      start: { dateTime: "2026-12-01T10:00:00", timeZone: "Europe/Berlin" },
      end: { dateTime: "2026-12-01T11:00:00", timeZone: "Europe/Berlin" },
    });
    const view: { value: Event[] } = await client
      .api("/me/calendarView")
      .query({ startDateTime: "2026-11-30T00:00:00Z", endDateTime: "2026-12-02T00:00:00Z" })
      .header("Prefer", 'outlook.timezone="Europe/Berlin"')
      .get();
    expect(view.value.map(({ subject, start }) => [subject, start?.dateTime])).toEqual([
      ["Weekly planning", "2026-11-30T09:00:00.0000000"],
      ["From the SDK", "2026-12-01T10:00:00.0000000"],
    ]);
    expect(view.value[1]?.id).toBe(created.id);
  });

  it("uploads 12 MiB by session and reads them back", async () => {
    const size = 12 * 1024 * 1024;
    const content = new Uint8Array(size).fill(42);
    const session = await LargeFileUploadTask.createUploadSession(
      client,
      "/me/drive/root:/Documents/twelve.bin:/createUploadSession",
      { item: { "@microsoft.graph.conflictBehavior": "rename" } },
    );
    const progress: number[] = [];
    const task = new LargeFileUploadTask(
      stranger,
      new FileUpload(content, "twelve.bin", size),
      session,
      {
        rangeSize: 10 * 327_680,
        uploadEventHandlers: { progress: (range) => void progress.push(range?.minValue ?? -1) },
      },
    );
    const { responseBody } = await task.upload();
    expect(responseBody).toMatchObject({ name: "twelve.bin", size });
    expect(progress.length).toBeGreaterThan(3);
    const item: DriveItem = await client.api("/me/drive/root:/Documents/twelve.bin").get();
    expect(item.size).toBe(size);
    const stream: ReadableStream = await stranger
      .api(String(Reflect.get(item, "@microsoft.graph.downloadUrl")))
      .getStream();
    const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
    expect(Buffer.from(bytes).equals(Buffer.from(content))).toBe(true);
  });

  it("cannot upload while it sends its token along", async () => {
    const session = await LargeFileUploadTask.createUploadSession(
      client,
      "/me/drive/root:/no.bin:/createUploadSession",
      {},
    );
    const file = new FileUpload(new Uint8Array(10), "no.bin", 10);
    const failure: unknown = await new LargeFileUploadTask(client, file, session)
      .upload()
      .catch((error: unknown) => error);
    // The task hands on the answer's body as it came.
    expect(failure).toMatchObject({ error: { code: "unauthenticated" } });
  });

  it("batches twenty requests", async () => {
    const steps = Array.from({ length: 20 }, (_, index) => ({
      id: String(index),
      request: new Request(`https://localhost/me/messages?$top=1&$skip=${index}&$select=subject`),
    }));
    const content = await new BatchRequestContent(steps).getContent();
    const answer = new BatchResponseContent(await client.api("/$batch").post(content));
    const subjects = await Promise.all(
      steps.map(async ({ id }) => {
        const response = answer.getResponseById(id);
        expect(response.status).toBe(200);
        const page: { value: Message[] } = await response.json();
        return page.value[0]?.id;
      }),
    );
    expect(new Set(subjects).size).toBe(20);
  });

  it("waits out a 429 and tries again", async () => {
    const fault = {
      match: { url: "/me/drive/root" },
      respond: { status: 429, headers: { "retry-after": "1" }, body: { error: { code: "x" } } },
    };
    expect((await control("POST", "faults", fault)).ok).toBe(true);
    const root: DriveItem = await client.api("/me/drive/root").get();
    expect(root.name).toBe("root");
    const log = (await (await control("GET", "requests")).json()) as {
      requests: { status: number }[];
    };
    expect(log.requests.map(({ status }) => status)).toEqual([429, 200]);
  });

  it("reads Graph's errors", async () => {
    const failure: unknown = await client
      .api("/users")
      .get()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(GraphError);
    expect(failure).toMatchObject({
      statusCode: 403,
      code: "Authorization_RequestDenied",
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  });
});
