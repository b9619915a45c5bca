import { beforeEach, describe, expect, it } from "vitest";
import { GraphClient } from "../../../src/graph/index.ts";
import { createSandbox } from "../../sandbox/index.ts";
import { redeemedToken } from "../../support/redeemed-token.ts";
import { collect } from "../http/collect.ts";

const origin = "http://localhost:8788";
const endpoint = `${origin}/graph`;
const scopes =
  "User.Read User.ReadBasic.All Mail.Read Mail.Send Calendars.ReadWrite Files.ReadWrite";

type Sandbox = Awaited<ReturnType<typeof createSandbox>>;

/** Breaks the connection where the sandbox asks for it, as its server does. */
async function carried(sandbox: Sandbox, request: Request): Promise<Response> {
  const response = await sandbox.fetch(request);
  if (response.headers.get("x-sandbox-fault") === "reset") throw new TypeError("reset");
  return response;
}

/** A client as Ada against a sandbox of its own, on a clock that only sleeping moves. */
async function adasGraph() {
  const sandbox = await createSandbox();
  const token = await redeemedToken(sandbox, { origin, scopes });
  const waits: number[] = [];
  const start = Date.now();
  let slept = 0;
  const signed = (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set("authorization", `Bearer ${token}`);
    // What a connection in the sandbox cloud does with Microsoft's own host name.
    const target = url.replace("https://graph.microsoft.com", endpoint);
    return carried(sandbox, new Request(target, { ...init, headers }));
  };
  const storage = (url: string, init: RequestInit) => carried(sandbox, new Request(url, init));
  const graph = new GraphClient(
    { fetch: signed },
    {
      endpoint,
      now: () => start + slept,
      sleep: async (ms) => {
        waits.push(ms);
        slept += ms;
      },
      uploadFetch: storage,
    },
  );
  const control = async (action: string, body: object): Promise<void> => {
    const answer = await sandbox.fetch(
      new Request(`${origin}/_sandbox/${action}`, {
        method: action === "settings" ? "PATCH" : "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      }),
    );
    expect(answer.ok).toBe(true);
  };
  const requests = async (): Promise<{ method: string; url: string; status: number }[]> => {
    const answer = await sandbox.fetch(new Request(`${origin}/_sandbox/requests`));
    const { requests } = await answer.json<{
      requests: { method: string; url: string; status: number }[];
    }>();
    return requests.filter(({ url }) => url.startsWith(endpoint));
  };
  return { graph, waits, control, requests, signed, storage };
}

const sha256 = async (bytes: ArrayBuffer): Promise<string> =>
  Array.from(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");

describe("GraphClient against the sandbox's Graph", () => {
  let ada: Awaited<ReturnType<typeof adasGraph>>;
  beforeEach(async () => {
    ada = await adasGraph();
  });

  it("knows who is signed in, and the people around", async () => {
    const me = await ada.graph.users.me();
    expect(me.userPrincipalName).toBe("ada@contoso.example");
    const found = await collect(ada.graph.users.list({ search: "displayName:grace", top: 1 }));
    expect(found.map(({ userPrincipalName }) => userPrincipalName)).toContain(
      "grace@contoso.example",
    );
  });

  it("reads all 250 messages by paging", async () => {
    const messages = await collect(ada.graph.messages.list({ top: 40, select: ["id"] }));
    expect(new Set(messages.map(({ id }) => id)).size).toBe(250);
    expect(await ada.requests()).toHaveLength(7);
  });

  it("goes on from a page's token in another program", async () => {
    const { value } = await ada.graph.messages.list({ top: 100 }).byPage().next();
    const continuationToken = value?.continuationToken;
    const rest = await collect(ada.graph.messages.list().byPage({ continuationToken }));
    expect(rest.map(({ items }) => items.length)).toEqual([100, 50]);
  });

  it("pages under Microsoft's host name over a connection in the sandbox cloud", async () => {
    const graph = new GraphClient({ fetch: ada.signed });
    expect(await collect(graph.messages.list({ top: 100 }))).toHaveLength(250);
  });

  it("sends a message and shows it among the sent ones", async () => {
    await ada.graph.messages.send({
      message: {
        subject: "A word",
        toRecipients: [{ emailAddress: { address: "grace@contoso.example" } }],
      },
      attachments: [{ name: "a.txt", contentType: "text/plain", content: "aGVsbG8=" }],
    });
    const sent = await collect(ada.graph.messages.list({ folder: "sentitems", top: 50 }));
    expect(sent.find(({ subject }) => subject === "A word")?.hasAttachments).toBe(true);
  });

  it("creates one event, though the answer to it is lost", async () => {
    await ada.control("faults", { match: { url: "/events", method: "POST" }, after_commit: true });
    const event = await ada.graph.calendar.create({
      subject: "Tea",
      start: { dateTime: "2031-05-01T15:00:00", timeZone: "UTC" },
      end: { dateTime: "2031-05-01T16:00:00", timeZone: "UTC" },
    });
    const view = ada.graph.calendar.view({ start: "2031-05-01", end: "2031-05-02" });
    expect((await collect(view)).map(({ id }) => id)).toEqual([event.id]);
  });

  it("answers 45 requests in order, five of them throttled twice and each repeated alone", async () => {
    for (const [subject, seconds] of [
      ["m3", "2.128"],
      ["m17", "0.5"],
      ["m31", "2"],
      ["m40", "3.25"],
      ["m44", "5"],
    ]) {
      await ada.control("faults", {
        match: { url: `tag=${subject}&` },
        times: 2,
        respond: { status: 429, headers: { "retry-after": seconds } },
      });
    }
    const requests = Array.from({ length: 45 }, (_, place) => ({
      id: `m${place}`,
      method: "GET",
      url: `/me/messages?tag=m${place}&$top=1&$skip=${place}&$select=id`,
    }));
    const answers = await ada.graph.batch(requests);
    expect(answers.map(({ id }) => id)).toEqual(requests.map(({ id }) => id));
    expect(answers.map(({ status }) => status)).toEqual(requests.map(() => 200));
    const batches = (await ada.requests()).filter(({ url }) => url.endsWith("/$batch"));
    // Three parts, and five items that are each sent twice more, alone.
    expect(batches).toHaveLength(3 + 5 * 2);
    // On this clock only sleeping takes time, and the slowest had to wait twice.
    expect(ada.waits.reduce((sum, wait) => sum + wait, 0)).toBeGreaterThanOrEqual(2 * 5_000);
  });

  it("keeps a chain of dependencies in order", async () => {
    const answers = await ada.graph.batch([
      {
        id: "make",
        method: "POST",
        url: "/me/events",
        body: {
          subject: "Chain",
          start: { dateTime: "2031-05-03T15:00:00", timeZone: "UTC" },
          end: { dateTime: "2031-05-03T16:00:00", timeZone: "UTC" },
        },
      },
      {
        id: "see",
        method: "GET",
        url: "/me/calendarView?startDateTime=2031-05-03&endDateTime=2031-05-04",
        dependsOn: ["make"],
      },
      { id: "fail", method: "GET", url: "/me/messages/none" },
      { id: "never", method: "GET", url: "/me", dependsOn: ["fail"] },
    ]);
    expect(answers.map(({ status }) => Math.floor(status / 100))).toEqual([2, 2, 4, 4]);
    expect(answers[1]?.body).toMatchObject({ value: [{ subject: "Chain" }] });
    expect(answers[3]?.status).toBe(424);
  });

  it.each([
    ["before it arrives", { reset: true }, [202, 202, 0, 202, 201]],
    ["after it is kept", { after_commit: true }, [202, 202, 0, 201]],
    [
      "to a 503",
      { respond: { status: 503, body: "<html>busy</html>" } },
      [202, 202, 503, 202, 201],
    ],
  ])("uploads a file whose third chunk is lost %s", async (_, fault, statuses) => {
    const unit = 320 * 1024;
    const bytes = Uint8Array.from({ length: 16 * unit + 77 }, (_, place) => (place * 31) % 251);
    // Two chunks pass, the third meets the fault.
    let puts = 0;
    const faulty = new GraphClient(
      { fetch: ada.signed },
      {
        endpoint,
        uploadFetch: async (url, init) => {
          puts += init.method === "PUT" ? 1 : 0;
          if (puts === 3 && init.method === "PUT") {
            await ada.control("faults", { match: { url: "/_storage/", method: "PUT" }, ...fault });
          }
          return ada.storage(url, init);
        },
        sleep: async () => {},
      },
    );
    const item = await faulty.files.upload("Reports/big file.bin", bytes, bytes.length, {
      chunkSize: 5 * unit,
    });
    expect(item.size).toBe(bytes.length);
    const stored = await faulty.files.download("Reports/big file.bin");
    expect(await sha256(await stored.arrayBuffer())).toBe(await sha256(bytes.buffer));
    const sent = (await ada.requests()).filter(({ method }) => method === "PUT");
    expect(sent.map(({ status }) => status)).toEqual(statuses);
  });

  it("lists, stats and reads a small file it has put", async () => {
    await ada.graph.files.upload("Notes/ü #1.txt", "hello", 5, { contentType: "text/plain" });
    const children = await collect(ada.graph.files.list("Notes"));
    expect(children.map(({ name }) => name)).toContain("ü #1.txt");
    expect((await ada.graph.files.stat("Notes/ü #1.txt")).size).toBe(5);
    const part = await ada.graph.files.download("Notes/ü #1.txt", { range: "bytes=1-2" });
    expect([part.status, await part.text()]).toEqual([206, "el"]);
  });

  it("follows changes by delta, and starts again when Graph has lost the state", async () => {
    const resource = "/me/mailFolders/inbox/messages";
    const first = await collect(ada.graph.delta(resource, { maxPageSize: 50, select: ["id"] }));
    const last = first.at(-1);
    const deltaLink = last?.resync === true ? undefined : last?.deltaLink;
    expect(deltaLink).toBeDefined();
    const all = first.flatMap((step) => (step.resync === true ? [] : step.items)).length;
    expect(all).toBeGreaterThan(50);

    const quiet = await collect(ada.graph.delta(resource, { from: deltaLink }));
    expect(quiet).toMatchObject([{ items: [] }]);

    await ada.control("faults", {
      match: { url: "deltatoken" },
      respond: {
        status: 410,
        headers: { location: `${endpoint}/v1.0${resource}/delta?$select=id` },
        body: { error: { code: "syncStateNotFound", message: "m" } },
      },
    });
    const again = await collect(ada.graph.delta(resource, { from: deltaLink }));
    expect(again[0]).toEqual({ resync: true, reason: "syncStateNotFound" });
    expect(again.flatMap((step) => (step.resync === true ? [] : step.items))).toHaveLength(all);
  });

  it("waits as throttling asks, and names errors by their code", async () => {
    await ada.control("faults", {
      match: { url: "/v1.0/me" },
      respond: { status: 429, headers: { "retry-after": "2.5" } },
    });
    await ada.graph.users.me();
    expect(Math.floor((ada.waits[0] ?? 0) / 100)).toBeGreaterThanOrEqual(25);
    const missing = await ada.graph.messages.get("none").catch((reason: unknown) => reason);
    expect(missing).toMatchObject({ name: "AzureError" });
    const forbidden = await ada.graph
      .request({ path: "/users/grace@contoso.example/messages" })
      .catch((reason: unknown) => reason);
    expect(forbidden).toMatchObject({ code: "forbidden", status: 403 });
    expect(forbidden).toHaveProperty("details.upstream_request_id");
  });
});
