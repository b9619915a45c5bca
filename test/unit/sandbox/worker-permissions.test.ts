import { beforeAll, describe, expect, it } from "vitest";
import { GraphClient } from "../../../src/graph/index.ts";
import { AzureError } from "../../../src/contract/errors.ts";
import { canonicalPath } from "../../sandbox/graph/path.ts";
import { leastPermissionsFor, permissionsFor } from "../../sandbox/graph/permission-data.ts";
import { readmes } from "../../support/readmes.ts";
import { collect } from "../http/collect.ts";
import { ADA, BASE, createGraphHarness } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const PAT = "pat@outlook.example";

/** What a route of the Worker asks Graph for, done by its own client. */
const calls: Readonly<Record<string, (graph: GraphClient) => Promise<unknown>[]>> = {
  "GET /user": (graph) => [graph.users.me()],
  "GET /users": (graph) => [collect(graph.users.list())],
  "GET /users/{id}": (graph) => [graph.users.get("grace@contoso.example")],
  "GET /contacts": (graph) => [collect(graph.contacts.list({ top: 100 }))],
  "GET /mail": (graph) => [
    collect(graph.messages.list({ top: 1000 })),
    collect(graph.messages.list({ folder: "inbox", top: 1000 })),
  ],
  "GET /mail/{id}": (graph) => [graph.messages.get("x")],
  "POST /mail/send": (graph) => [
    graph.messages.send({
      message: { toRecipients: [{ emailAddress: { address: "grace@contoso.example" } }] },
    }),
  ],
  "GET /mail/folders": (graph) => [
    collect(graph.messages.folders()),
    collect(graph.messages.folders({ folder: "inbox" })),
  ],
  "POST /mail/{id}/reply": (graph) => [
    graph.messages.reply("x", { comment: "a" }),
    graph.messages.reply("x", { all: true }),
  ],
  "POST /mail/{id}/forward": (graph) => [
    graph.messages.forward("x", { to: ["grace@contoso.example"] }),
  ],
  "POST /mail/drafts": (graph) => [graph.messages.createDraft({ subject: "a" })],
  "POST /mail/drafts/{id}/send": (graph) => [graph.messages.sendDraft("x")],
  "GET /calendar/events": (graph) => [
    collect(graph.calendar.events()),
    collect(graph.calendar.view({ start: "2026-11-01", end: "2026-12-01" })),
  ],
  "POST /calendar/events": (graph) => [
    graph.calendar.create({
      start: { dateTime: "2031-05-01T15:00:00", timeZone: "UTC" },
      end: { dateTime: "2031-05-01T16:00:00", timeZone: "UTC" },
    }),
  ],
  "PATCH /calendar/events/{id}": (graph) => [graph.calendar.update("x", { subject: "a" })],
  "DELETE /calendar/events/{id}": (graph) => [graph.calendar.delete("x")],
  "GET /files/search": (graph) => [collect(graph.files.search("notes"))],
  "DELETE /files/item": (graph) => [graph.files.delete("Nowhere.txt")],
  "GET /files": (graph) => [collect(graph.files.list()), collect(graph.files.list("Documents"))],
  "GET /files/item": (graph) => [graph.files.stat("Documents/Notes.txt")],
  "GET /files/content": (graph) => [graph.files.download("Documents/Notes.txt")],
  "PUT /files/content": (graph) => [
    graph.files.upload("small.txt", "hello", 5),
    graph.files.upload("large.bin", new Uint8Array(5 * 1024 * 1024), 5 * 1024 * 1024),
  ],
};

/** The READMEs' routes of Graph and their last column. */
const rows = new Map(
  [
    ...[...readmes.values()]
      .join("\n")
      .matchAll(/^\| `([A-Z]+ \/[^`]+)` *\| graph:\w+ *\|.*\| ([^|]*?) *\|$/gm),
  ].map(([, route = "", needs = ""]) => [route, needs]),
);
const namedIn = (needs: string) => [...needs.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);

let harness: GraphHarness;
beforeAll(async () => {
  harness = await createGraphHarness();
  harness.world.settings.mailbox_latency_ms = 0;
});

/** Does what a route does, with one permission; tells what Graph was asked and what it refused. */
async function done(route: string, user: string, permission: string) {
  const token = await harness.tokenOf(user, [permission]);
  const operations = new Set<string>();
  const answer = (url: string, { method = "GET", headers, body }: RequestInit) =>
    harness.graph.request(
      url.slice(BASE.length),
      { method, ...(headers && { headers }), ...(body && { body }) },
      { base: BASE },
    );
  const graph = new GraphClient(
    {
      fetch: async (url: string, init: RequestInit = {}) => {
        const { pathname } = new URL(url);
        operations.add(`${init.method ?? "GET"} ${canonicalPath(pathname).template}`);
        const headers = new Headers(init.headers);
        headers.set("authorization", `Bearer ${token}`);
        return answer(url, { ...init, headers });
      },
    },
    {
      uploadFetch: async (url, init) =>
        harness.storage.request(url, init, { base: new URL(url).origin }),
    },
  );
  const outcomes = await Promise.allSettled(calls[route]?.(graph) ?? []);
  const refused = outcomes.flatMap((outcome) =>
    outcome.status === "rejected" && outcome.reason instanceof AzureError
      ? [outcome.reason.code]
      : [],
  );
  return { operations: [...operations], refused };
}

describe("The READMEs' tables of Graph", () => {
  it("has a row for each of the Worker's routes", () => {
    expect([...rows.keys()].toSorted()).toEqual([...Object.keys(calls), "POST /batch"].toSorted());
  });
});

describe.each(Object.keys(calls))("%s", (route) => {
  const needs = rows.get(route) ?? "";
  const permissions = namedIn(needs);
  const forPersonal = !needs.includes("not for personal accounts");

  it("names permissions that are each enough, the least privileged among them", async () => {
    expect(permissions).not.toEqual([]);
    for (const permission of permissions) {
      const { operations, refused } = await done(route, ADA, permission);
      expect(operations).not.toEqual([]);
      expect(refused.filter((code) => code === "forbidden")).toEqual([]);
      for (const operation of operations) {
        expect(permissionsFor(operation, "work")).toContain(permission);
        expect(
          leastPermissionsFor(operation).filter((one) => permissions.includes(one)),
        ).not.toEqual([]);
      }
    }
  });

  it(`is ${forPersonal ? "" : "not "}for personal accounts`, async () => {
    for (const permission of permissions) {
      const { operations, refused } = await done(route, PAT, permission);
      expect(operations.every((one) => permissionsFor(one, "personal")?.includes(permission))).toBe(
        forPersonal,
      );
      expect(refused.some((code) => code === "forbidden")).toBe(false);
    }
  });
});
