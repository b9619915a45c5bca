import { describe, expect, it } from "vitest";
import { collect } from "../http/collect.ts";
import { failureOf, scriptedGraph } from "./scripted-graph.ts";

const root = "https://graph.microsoft.com/v1.0";
const resource = "/me/mailFolders/inbox/messages";
const gone = (code: string, location?: string) =>
  Response.json(
    { error: { code, message: "m" } },
    { status: 410, headers: location === undefined ? {} : { location } },
  );

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
  ])("fails on %s", async (_, answer, reason) => {
    const { graph } = scriptedGraph(answer);
    expect(await failureOf(collect(graph.delta("/users")))).toMatchObject({
      code: "upstream_error",
      details: { reason },
    });
  });

  it("passes on any other failure", async () => {
    const { graph } = scriptedGraph(() => new Response(null, { status: 403 }));
    expect(await failureOf(collect(graph.delta("/users")))).toMatchObject({ code: "forbidden" });
  });
});
