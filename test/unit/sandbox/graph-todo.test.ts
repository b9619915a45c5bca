import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { ADA, codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

let graph: GraphHarness;
let token: string;
beforeAll(async () => {
  graph = await createGraphHarness();
  token = await graph.tokenOf(ADA, ["Tasks.ReadWrite"]);
});
beforeEach(() => {
  graph.world.reset();
  graph.world.settings.mailbox_latency_ms = 0;
});

const send = (method: string, path: string, json?: unknown) =>
  graph.send(method, path, { token, ...(json === undefined ? {} : { json }) });

describe("To Do", () => {
  it("begins with two lists of its own, which stay", async () => {
    const { body } = await send("GET", "/me/todo/lists");
    expect(namesOf(body, "wellknownListName")).toEqual(["defaultList", "flaggedEmails"]);
    const own = `/me/todo/lists/${body.value?.[0]?.id}`;
    expect((await send("DELETE", own)).status).toBe(400);
    expect((await send("PATCH", own, { displayName: "Mine" })).status).toBe(400);
    expect((await send("GET", `${own}/tasks`)).body.value).toHaveLength(3);
  });

  it("has lists and tasks that are made, done and deleted", async () => {
    const list = await send("POST", "/me/todo/lists", { displayName: "Garden" });
    const path = `/me/todo/lists/${String(list.body["id"])}`;
    const task = await send("POST", `${path}/tasks`, {
      title: "Weed",
      dueDateTime: { dateTime: "2026-12-01T00:00:00", timeZone: "UTC" },
    });
    expect([task.status, task.body["status"]]).toEqual([201, "notStarted"]);
    const one = `${path}/tasks/${String(task.body["id"])}`;
    const done = await send("PATCH", one, { status: "completed" });
    expect(done.body).toMatchObject({ title: "Weed", completedDateTime: { timeZone: "UTC" } });
    const open = await send("GET", `${path}/tasks?$filter=status ne 'completed'`);
    expect(open.body.value).toEqual([]);
    expect((await send("PATCH", one, { status: "inProgress" })).body).not.toHaveProperty(
      "completedDateTime",
    );
    expect((await send("DELETE", one)).status).toBe(204);
    expect((await send("GET", one)).status).toBe(404);
    expect((await send("PATCH", path, { displayName: "Yard" })).body["displayName"]).toBe("Yard");
    expect((await send("DELETE", path)).status).toBe(204);
    expect((await send("GET", `${path}/tasks`)).status).toBe(404);
  });

  it("finds those that were completed since a moment, or are due before one", async () => {
    const { body } = await send("GET", "/me/todo/lists");
    const tasks = `/me/todo/lists/${body.value?.[0]?.id}/tasks`;
    const dueDateTime = { dateTime: "2026-12-01T00:00:00", timeZone: "UTC" };
    await send("POST", tasks, { title: "Weed", dueDateTime, status: "completed" });
    for (const filter of [
      "completedDateTime/dateTime ge '2026-01-01' and dueDateTime/timeZone eq 'UTC'",
      "completedDateTime ne null",
    ]) {
      const found = await send("GET", `${tasks}?$filter=${encodeURIComponent(filter)}`);
      expect(namesOf(found.body, "title")).toEqual(["Weed"]);
    }
  });

  it.each([
    {},
    { title: 7 },
    { title: "Weed", status: "soon" },
    { title: "Weed", colour: "red" },
    { title: "Weed", dueDateTime: { dateTime: "soon", timeZone: "UTC" } },
  ])("refuses %j as a task", async (json) => {
    const { body } = await send("GET", "/me/todo/lists");
    const said = await send("POST", `/me/todo/lists/${body.value?.[0]?.id}/tasks`, json);
    expect([said.status, codeOf(said)]).toEqual([400, "RequestBodyRead"]);
  });
});
