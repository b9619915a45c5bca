import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { AzureError } from "../../../src/contract/errors.ts";
import { collect } from "../http/collect.ts";
import { deepJson, headerText, oddJson, oddRecord } from "../http/odd-json.ts";
import { failureOf, scriptedGraph } from "./scripted-graph.ts";

const root = "https://graph.microsoft.com/v1.0";
const resource = "/me/mailFolders/inbox/messages";
const gone = (code: string, location?: string) =>
  Response.json(
    { error: { code, message: "m" } },
    { status: 410, headers: location === undefined ? {} : { location } },
  );

/** A failure of Microsoft's, a lost state, or changes with one link as it stands in the answer. */
function isFair(step: unknown, status: number, body: unknown): boolean {
  if (step instanceof AzureError) return step.code === "upstream_error";
  const { resync, nextLink, deltaLink } = step as {
    resync?: true;
    nextLink?: string;
    deltaLink?: string;
  };
  if (status === 410) return resync === true;
  const isOne = (nextLink === undefined) !== (deltaLink === undefined);
  return isOne && Object.values(body as object).includes(nextLink ?? deltaLink);
}

describe("delta", () => {
  it("reads pages up to the delta link", async () => {
    const { graph, calls } = scriptedGraph(({ path }) =>
      path.includes("$skiptoken")
        ? Response.json({
            value: [{ id: "2", "@removed": { reason: "deleted" } }],
            "@odata.deltaLink": `${root}/d`,
          })
        : Response.json({ value: [], "@odata.nextLink": `${root}/x/delta?$skiptoken=a` }),
    );
    const steps = await collect(graph.delta(resource, { select: ["id"], maxPageSize: 2 }));
    expect(steps).toEqual([
      { items: [], nextLink: `${root}/x/delta?$skiptoken=a` },
      { items: [{ id: "2", "@removed": { reason: "deleted" } }], deltaLink: `${root}/d` },
    ]);
    expect(calls[0]?.path).toBe(`/v1.0${resource}/delta?$select=id`);
    expect(calls.map(({ headers }) => headers.get("prefer"))).toEqual([
      "odata.maxpagesize=2",
      "odata.maxpagesize=2",
    ]);
  });

  it("signals a lost state and starts again from where Graph says", async () => {
    const { graph, calls } = scriptedGraph(({ path }) =>
      path.includes("old")
        ? gone("resyncChangesApplyDifferences", `${root}/me/drive/root/delta?token=fresh`)
        : Response.json({ value: [{ id: "1" }], "@odata.deltaLink": `${root}/new` }),
    );
    const steps = await collect(graph.delta("/me/drive/root", { from: `${root}/old` }));
    expect(steps).toEqual([
      { resync: true, reason: "resyncChangesApplyDifferences" },
      { items: [{ id: "1" }], deltaLink: `${root}/new` },
    ]);
    expect(calls.map(({ path }) => path)).toEqual([
      "/v1.0/old",
      "/v1.0/me/drive/root/delta?token=fresh",
    ]);
  });

  it.each([
    ["410 without a Location", () => gone("syncStateNotFound"), "syncStateNotFound"],
    ["410 with HTML", () => new Response("<html>", { status: 410 }), undefined],
    [
      "another status with a code of a lost state",
      () => Response.json({ error: { code: "SyncStateNotFound", message: "m" } }, { status: 400 }),
      "SyncStateNotFound",
    ],
  ])("starts again from the resource after %s", async (_, lost, reason) => {
    const { graph, calls } = scriptedGraph(({ path }) =>
      path.includes("old") ? lost() : Response.json({ value: [], "@odata.deltaLink": `${root}/n` }),
    );
    const steps = await collect(graph.delta("/users", { from: `${root}/old` }));
    expect(steps[0]).toEqual({ resync: true, ...(reason === undefined ? {} : { reason }) });
    expect(calls[1]?.path).toBe("/v1.0/users/delta");
  });

  it.each([
    [
      "a link to another origin",
      () => Response.json({ value: [], "@odata.nextLink": "https://evil.example/" }),
      "foreign_link",
    ],
    [
      "a Location of another origin",
      () => gone("resyncRequired", "https://evil.example/"),
      "foreign_link",
    ],
    [
      "a link read before",
      () => Response.json({ value: [], "@odata.nextLink": `${root}/again` }),
      "repeated_link",
    ],
    ["a state lost again and again", () => gone("resyncRequired"), "resync_loop"],
    ["an answer without any link", () => Response.json({ value: [] }), "no_delta"],
    [
      "links that are null and empty",
      () => Response.json({ value: [], "@odata.nextLink": null, "@odata.deltaLink": "" }),
      "no_delta",
    ],
    [
      "a next link that is a number",
      () => Response.json({ value: [], "@odata.nextLink": 2, "@odata.deltaLink": `${root}/d` }),
      "unreadable_link",
    ],
    [
      "a delta link in a list",
      () => Response.json({ value: [], "@odata.deltaLink": [`${root}/d`] }),
      "unreadable_link",
    ],
    [
      "a delta link to another origin",
      () => Response.json({ value: [], "@odata.deltaLink": "https://evil.example/d" }),
      "foreign_link",
    ],
    [
      "changes that are an object",
      () => Response.json({ value: {}, "@odata.deltaLink": `${root}/d` }),
      "no_collection",
    ],
    ["null", () => Response.json(null), "no_collection"],
    ["lists of 200,000 levels", () => new Response(deepJson()), "not_json"],
  ])("fails on %s", async (_, answer, reason) => {
    const { graph } = scriptedGraph(answer);
    expect(await failureOf(collect(graph.delta("/users")))).toMatchObject({
      code: "upstream_error",
      details: { reason },
    });
  });

  it("ends at the delta link though a next link that is null stands beside it", async () => {
    const { graph } = scriptedGraph(() =>
      Response.json({ value: [1], "@odata.nextLink": null, "@odata.deltaLink": `${root}/d` }),
    );
    expect(await collect(graph.delta("/users"))).toEqual([{ items: [1], deltaLink: `${root}/d` }]);
  });

  it("gives no delta link to keep while a next page is named", async () => {
    const links = { "@odata.nextLink": `${root}/2`, "@odata.deltaLink": `${root}/early` };
    const { graph } = scriptedGraph(({ path }) =>
      path.includes("/2")
        ? Response.json({ value: [2], "@odata.deltaLink": `${root}/d` })
        : Response.json({ value: [1], ...links }),
    );
    expect(await collect(graph.delta("/users"))).toEqual([
      { items: [1], nextLink: `${root}/2` },
      { items: [2], deltaLink: `${root}/d` },
    ]);
  });

  it.each<[string, unknown, string | undefined]>([
    [
      "an inner code of another type",
      { error: { code: "outer", innerError: { code: 1 } } },
      "outer",
    ],
    ["an inner error of another type", { error: { code: "outer", innerError: "x" } }, "outer"],
    ["a code that is a sentence", { error: { code: "two words" } }, undefined],
    ["an error of another type", { error: [] }, undefined],
    ["null", null, undefined],
  ])("starts again after a 410 with %s", async (_, body, reason) => {
    const { graph } = scriptedGraph(({ path }) =>
      path.includes("old")
        ? Response.json(body, { status: 410, headers: { location: " " } })
        : Response.json({ value: [], "@odata.deltaLink": `${root}/n` }),
    );
    const steps = await collect(graph.delta("/users", { from: `${root}/old` }));
    expect(steps[0]).toEqual({ resync: true, ...(reason === undefined ? {} : { reason }) });
  });

  it("reads any answer into changes, a lost state, or upstream_error", async () => {
    const names = ["value", "@odata.nextLink", "@odata.deltaLink", "error", "code", "innerError"];
    const answer = fc.record({
      body: fc.oneof(oddJson(names), oddRecord(names)),
      status: fc.constantFrom(200, 200, 200, 202, 410),
      location: headerText,
    });
    await fc.assert(
      fc.asyncProperty(answer, async ({ body, status, location }) => {
        const { graph } = scriptedGraph(() =>
          Response.json(body, { status, headers: { location } }),
        );
        const read = async () => (await graph.delta("/users").next()).value;
        const step = await read().catch((reason: unknown) => reason);
        expect(isFair(step, status, body)).toBe(true);
      }),
    );
  });

  it("passes on any other failure", async () => {
    const { graph } = scriptedGraph(() => new Response(null, { status: 403 }));
    expect(await failureOf(collect(graph.delta("/users")))).toMatchObject({ code: "forbidden" });
  });
});
