import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createControl } from "../../sandbox/control.ts";
import { Faults } from "../../sandbox/faults.ts";
import { createSandbox } from "../../sandbox/index.ts";
import { RequestLog } from "../../sandbox/request-log.ts";
import { ADA, createGraphHarness, GRACE, namesOf } from "./graph-harness.ts";
import type { Entity, GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let control: ReturnType<typeof createControl>;
let grace: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  control = createControl(graph.world, new RequestLog(), new Faults());
  grace = await graph.tokenOf(GRACE, ["Mail.Read"]);
});
beforeEach(() => graph.world.reset());

async function post(body: unknown) {
  const content = typeof body === "string" ? body : JSON.stringify(body);
  const response = await control.request("/messages", { method: "POST", body: content });
  const answer = (await response.json()) as Record<string, unknown>;
  return { status: response.status, answer, error: String(answer["error"]) };
}

const newest = async (token = graph.ada) =>
  (await graph.get("/me/messages?$top=1", { token })).body.value?.[0];

describe("A message that a test adds", () => {
  it("is answered as Graph shows it, and is the newest of the list", async () => {
    const { status, answer } = await post({ user: ADA });
    expect(status).toBe(201);
    expect(answer).toMatchObject({
      subject: "A new message",
      isRead: false,
      isDraft: false,
      from: { emailAddress: { address: "charles@analytical.example" } },
      toRecipients: [{ emailAddress: { name: "Ada Lovelace", address: ADA } }],
    });
    expect(await newest()).toEqual(answer);
    expect((await graph.get(`/me/messages/${String(answer["id"])}`)).body).toMatchObject(answer);
    expect(Math.abs(Date.now() - Date.parse(String(answer["receivedDateTime"])))).toBeLessThan(
      5_000,
    );
  });

  it("says what the test wants it to say", async () => {
    const { answer } = await post({
      user: GRACE.toUpperCase(),
      subject: "Nanoseconds <&> wires",
      from: "howard@harvard.example",
      folder: "Archive",
      received: "2026-03-01T12:00:00.500+02:00",
    });
    expect(answer).toMatchObject({
      subject: "Nanoseconds <&> wires",
      bodyPreview: "Nanoseconds <&> wires",
      from: { emailAddress: { address: "howard@harvard.example" } },
      receivedDateTime: "2026-03-01T10:00:00Z",
    });
    const { body } = await graph.get("/me/mailFolders/archive/messages", { token: grace });
    expect(body.value).toEqual([answer]);
  });

  it("comes to one mailbox only, and takes its place by time", async () => {
    const before = await newest();
    const day = new Date(Date.now() - 86_400_000).toISOString();
    const { answer } = await post({ user: GRACE, received: day });
    expect(await newest()).toEqual(before);
    const all = await graph.pages("/me/messages?$top=5", { token: grace });
    const ids = all.flatMap(({ value }) => value ?? []).map(({ id }) => id);
    const place = ids.indexOf(String(answer["id"]));
    expect(place).toBeGreaterThan(0);
    expect(place).toBeLessThan(ids.length - 1);
  });

  it("is found by $filter, $search and $count", async () => {
    await post({ user: ADA, subject: "Cobol compiler" });
    const found = [
      `/me/messages?$filter=subject eq 'Cobol compiler'`,
      `/me/messages?$search="cobol"`,
    ];
    for (const target of found)
      expect(namesOf((await graph.get(target)).body, "subject")).toEqual(["Cobol compiler"]);
    expect((await graph.get("/me/messages/$count")).text).toBe("251");
  });

  it("is what the next round of a delta lists, once", async () => {
    const first = await graph.pages("/me/mailFolders/inbox/messages/delta");
    const { answer } = await post({ user: ADA, subject: "Once" });
    await post({ user: ADA, folder: "archive" });
    const second = await graph.pages(String(first.at(-1)?.["@odata.deltaLink"]));
    const told = second.flatMap(({ value }) => value ?? []);
    expect(told.map(({ id }: Entity) => id)).toEqual([answer["id"]]);
    const third = await graph.get(String(second.at(-1)?.["@odata.deltaLink"]));
    expect(third.body.value).toEqual([]);
  });

  it("is another one every time, in the same second too", async () => {
    const twice = [await post({ user: ADA }), await post({ user: ADA })];
    expect(new Set(twice.map(({ answer }) => answer["id"])).size).toBe(2);
    const { body } = await graph.get("/me/messages?$top=2");
    expect(new Set(body.value?.map(({ id }) => id))).toEqual(
      new Set(twice.map(({ answer }) => answer["id"])),
    );
  });

  it("is gone after a reset", async () => {
    await post({ user: ADA, subject: "Not for long" });
    graph.world.reset();
    expect((await newest())?.["subject"]).not.toBe("Not for long");
  });

  it.each([
    ["drafts", true],
    ["sentitems", false],
    ["JunkEmail", false],
    ["outbox", false],
  ])("in %s is a draft: %s", async (folder, isDraft) => {
    const { status, answer } = await post({ user: GRACE, folder });
    expect([status, answer["isDraft"]]).toEqual([201, isDraft]);
  });

  it.each([
    [{}, "user"],
    [{ user: "nobody@contoso.example" }, "user"],
    [{ user: 7 }, "user"],
    [{ user: ADA, subject: 7 }, "subject"],
    [{ user: ADA, subject: "x".repeat(256) }, "subject"],
    [{ user: ADA, from: "charles" }, "from"],
    [{ user: ADA, from: "Charles <charles@analytical.example>" }, "from"],
    [{ user: ADA, folder: "nowhere" }, "folder"],
    [{ user: ADA, folder: ["inbox"] }, "folder"],
    [{ user: ADA, received: "yesterday" }, "received"],
    [{ user: ADA, received: "2026-03-01T12:00:00" }, "received"],
    [{ user: ADA, received: "2026-02-30T12:00:00Z" }, "received"],
    [{ user: ADA, received: 1_772_000_000 }, "received"],
    [{ user: ADA, colour: "red" }, "colour"],
  ])("is refused for %j, naming %s", async (body, field) => {
    const { status, error } = await post(body);
    expect([status, error]).toEqual([400, expect.stringContaining(field)]);
    expect((await graph.get("/me/messages/$count")).text).toBe("250");
  });

  it.each(["no JSON", "[]", "null", '"ada"'])("is refused for the body %s", async (body) => {
    expect((await post(body)).status).toBe(400);
  });

  it("is asked for at the control path of every host", async () => {
    const sandbox = await createSandbox();
    const hosts = ["https://graph.microsoft.com", "http://localhost:8788"];
    const answers = await Promise.all(
      hosts.map((host) =>
        sandbox.fetch(
          new Request(`${host}/_sandbox/messages`, {
            method: "POST",
            body: JSON.stringify({ user: ADA }),
          }),
        ),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201]);
  });
});
