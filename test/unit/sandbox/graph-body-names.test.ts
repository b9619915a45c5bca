import * as fc from "fast-check";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import * as z from "zod";
import { parseBody, withSchemaNames } from "../../sandbox/graph/body-names.ts";
import { ADA, codeOf, createGraphHarness } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const schema = z.strictObject({
  subject: z.string().nullish(),
  items: z.array(z.object({ name: z.string() })).optional(),
  body: z.preprocess((value) => value, z.object({ contentType: z.string() })).optional(),
  keep: z
    .object({ deep: z.boolean() })
    .transform(({ deep }) => deep)
    .optional(),
  free: z.unknown().optional(),
});

describe("The names in a body", () => {
  it("are the schema's, whatever their letter case, at every depth", () => {
    const value = {
      SUBJECT: "x",
      Items: [{ NAME: "a" }, { name: "b" }],
      Body: { contenttype: "text" },
      KEEP: { Deep: true },
      Free: { Anything: 1 },
    };
    expect(parseBody(schema, value).data).toEqual({
      subject: "x",
      items: [{ name: "a" }, { name: "b" }],
      body: { contentType: "text" },
      keep: true,
      free: { Anything: 1 },
    });
  });

  it("that the schema lacks stay, for the schema to refuse", () => {
    expect(parseBody(schema, { Colour: "red" }).error?.issues[0]).toMatchObject({
      code: "unrecognized_keys",
      keys: ["Colour"],
    });
  });

  it("may have OData's annotations beside them, which say nothing of the value", () => {
    const value = {
      "@odata.context": "$metadata#messages",
      "items@odata.type": "#Collection(microsoft.graph.item)",
      items: [{ "@odata.type": "#microsoft.graph.item", name: "a" }],
    };
    expect(parseBody(schema, value).data).toEqual({ items: [{ name: "a" }] });
  });

  it("come once each", () => {
    expect(() => withSchemaNames(schema, { subject: "a", Subject: "b" })).toThrow(
      "Multiple properties with the name 'subject'",
    );
  });

  it("of any JSON do no harm", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const read = () => {
          try {
            return typeof parseBody(schema, value).success;
          } catch (error) {
            return error instanceof Error ? error.message : error;
          }
        };
        expect(read()).toMatch(/^boolean$|^Multiple properties/);
      }),
    );
  });
});

describe("A body to Graph", () => {
  let graph: GraphHarness;
  beforeAll(async () => {
    graph = await createGraphHarness();
  });
  beforeEach(() => graph.world.reset());

  it("makes an event under any letter case", async () => {
    const said = await graph.send("POST", "/me/events", {
      json: {
        Subject: "Tea",
        Start: { DateTime: "2031-05-01T15:00:00", TimeZone: "UTC" },
        End: { dateTime: "2031-05-01T16:00:00", TIMEZONE: "UTC" },
        Attendees: [{ EmailAddress: { Address: ADA }, Type: "optional" }],
      },
    });
    expect([said.status, said.body["subject"]]).toEqual([201, "Tea"]);
    expect(said.body["attendees"]).toMatchObject([{ type: "optional" }]);
  });

  it("changes a user, a message and a drive under any letter case", async () => {
    await graph.send("PATCH", "/me", { json: { JobTitle: "Countess" } });
    expect((await graph.get("/me")).body["jobTitle"]).toBe("Countess");
    const draft = await graph.send("POST", "/me/messages", { json: { SUBJECT: "Draft" } });
    expect(draft.body["subject"]).toBe("Draft");
    const read = await graph.send("PATCH", `/me/messages/${draft.body["id"]}`, {
      json: { IsRead: false },
    });
    expect(read.body["isRead"]).toBe(false);
    const folder = await graph.send("POST", "/me/drive/root/children", {
      json: { Name: "New", Folder: {} },
    });
    expect([folder.status, folder.body["name"]]).toEqual([201, "New"]);
    const session = await graph.send("POST", "/me/drive/root:/d.bin:/createUploadSession", {
      json: { Item: { "@Microsoft.Graph.ConflictBehavior": "never" } },
    });
    expect([session.status, codeOf(session)]).toEqual([400, "invalidRequest"]);
  });
});
